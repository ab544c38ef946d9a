#include "host/text/remote/backoff.h"

#include <gtest/gtest.h>

#include <chrono>

namespace qr {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr RepeatTerms kTerms{.backoff = milliseconds(100), .backoff_max = seconds(1)};

TEST(Backoff, DoublesUpToItsLargest) {
    constexpr double kAlmostOne = 1.0 - 0x1.0p-53;
    struct Row {
        unsigned attempt;
        milliseconds least;
        milliseconds most;
    };
    constexpr Row kRows[] = {{1, milliseconds(50), milliseconds(100)},
                             {2, milliseconds(100), milliseconds(200)},
                             {4, milliseconds(400), milliseconds(800)},
                             {5, milliseconds(500), milliseconds(1000)},
                             {60, milliseconds(500), milliseconds(1000)}};
    for (const Row& row : kRows) {
        EXPECT_EQ(backoff(kTerms, row.attempt, 0), row.least) << row.attempt;
        EXPECT_LE(backoff(kTerms, row.attempt, kAlmostOne), row.most) << row.attempt;
        EXPECT_GT(backoff(kTerms, row.attempt, kAlmostOne), row.most - milliseconds(1));
    }
}

TEST(Backoff, ReadsMillisecondsOfAField) {
    EXPECT_EQ(parse_retry_after_ms("250"), Duration(milliseconds(250)));
    EXPECT_EQ(parse_retry_after_ms("1.5"), Duration(std::chrono::microseconds(1500)));
    EXPECT_EQ(parse_retry_after_ms("0"), Duration(0));
    for (const char* wrong : {"", "-1", "nan", "inf", "1e99", "12 ", "12ms"})
        EXPECT_FALSE(parse_retry_after_ms(wrong)) << wrong;
}

}  // namespace
}  // namespace qr
