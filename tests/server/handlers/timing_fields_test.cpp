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

TEST(TimingFields, CountTextsOnlyWhereThereAreSome) {
    const std::vector<EncoderInput> inputs = {{.text = "ab"}, {.text = "\u00e9\u65e5"}};
    TextUsage usage = usage_of(inputs);
    EXPECT_EQ(usage.texts, 2u);
    EXPECT_EQ(usage.characters, 4u);
    usage.tokens = 3;
    EXPECT_TRUE(printed({.backend = "cpu", .tokenization = microseconds(2'500), .texts = usage})
                    .ends_with("x-tokenization-time=2 x-compute-tokens=3 "
                               "x-compute-characters=4 "));
}

}  // namespace
}  // namespace qr
