#include "server/handlers/timing_fields.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

using std::chrono::microseconds;

std::string printed(const AnswerTimes& times) {
    http::Response response;
    add_timing_fields(response, times);
    std::string text;
    for (const http::Field& field : response.fields.list())
        text += field.name + "=" + field.value + " ";
    return text;
}

TEST(TimingFields, AreWholeMillisecondsUnderTheNamesOfTei) {
    EXPECT_EQ(
        "x-compute-type=cpu x-total-time=12 x-queue-time=3 x-inference-time=0 "
        "x-compute-time=8 ",
        printed({.total = microseconds(12'999),
                 .queue = microseconds(3'000),
                 .inference = microseconds(999),
                 .compute = microseconds(8'001),
                 .backend = "cpu-avx512"}));
}

TEST(TimingFields, NameTheDeviceThatReallyScored) {
    EXPECT_TRUE(printed({.backend = "cuda"}).starts_with("x-compute-type=cuda "));
    EXPECT_TRUE(printed({.backend = "reference"}).starts_with("x-compute-type=cpu "));
}

}  // namespace
}  // namespace qr
