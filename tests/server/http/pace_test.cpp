#include "server/http/pace.h"

#include <gtest/gtest.h>

namespace qr::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr TimePoint kStart{seconds(1000)};

Limits limits_of(std::size_t rate_min, seconds grace) {
    Limits limits;
    limits.rate_min_bytes_per_s = rate_min;
    limits.rate_grace = grace;
    return limits;
}

TEST(Pace, EndsOnePauseAfterTheStart) {
    const Pace pace(kStart, seconds(5), limits_of(1000, seconds(60)));
    EXPECT_EQ(pace.deadline(), kStart + seconds(5));
}

TEST(Pace, IsRenewedByEveryMove) {
    Pace pace(kStart, seconds(5), limits_of(1000, seconds(60)));
    pace.move(kStart + seconds(4), 1);
    EXPECT_EQ(pace.deadline(), kStart + seconds(9));
    pace.move(kStart + seconds(8), 1);
    EXPECT_EQ(pace.deadline(), kStart + seconds(13));
}

TEST(Pace, StopsRenewingADripOnceTheGraceIsOver) {
    Pace pace(kStart, seconds(5), limits_of(1000, seconds(10)));
    for (int second = 1; second < 10; ++second)
        pace.move(kStart + seconds(second), 1);
    EXPECT_EQ(pace.deadline(), kStart + seconds(10));
}

TEST(Pace, EarnsTimeByBytes) {
    Pace pace(kStart, seconds(5), limits_of(1000, seconds(10)));
    pace.move(kStart + seconds(9), 12'500);
    EXPECT_EQ(pace.deadline(), kStart + milliseconds(12'500));
    pace.move(kStart + seconds(12), 100'000);
    EXPECT_EQ(pace.deadline(), kStart + seconds(17));
}

TEST(Pace, TakesAMinimumOfZeroAsOneByteASecond) {
    Pace pace(kStart, seconds(500), limits_of(0, seconds(10)));
    pace.move(kStart, 20);
    EXPECT_EQ(pace.deadline(), kStart + seconds(20));
}

}  // namespace
}  // namespace qr::http
