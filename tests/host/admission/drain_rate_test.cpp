#include "host/admission/drain_rate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace qr {
namespace {

using std::chrono::duration_cast;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr TimePoint kStart{hours(1)};

// A drain of one place every `step` for `time`, from `from` on.
TimePoint run(DrainRate& rate, TimePoint from, Duration step, Duration time) {
    const TimePoint end = from + time;
    for (TimePoint now = from + step; now <= end; now += step)
        rate.release(1, now);
    return end;
}

TEST(DrainRate, IsUnknownUntilSomethingWasReleased) {
    DrainRate rate;
    EXPECT_FALSE(rate.places_per_second(kStart).has_value());
    rate.begin(kStart);
    EXPECT_FALSE(rate.places_per_second(kStart + seconds(1)).has_value());
    rate.release(1, kStart + seconds(1));
    EXPECT_TRUE(rate.places_per_second(kStart + seconds(1)).has_value());
}

TEST(DrainRate, IsUnknownWhileNoTimeHasPassed) {
    DrainRate rate;
    rate.begin(kStart);
    rate.release(1, kStart);
    EXPECT_FALSE(rate.places_per_second(kStart).has_value());
}

TEST(DrainRate, IsRightFromTheFirstSecondOn) {
    DrainRate rate;
    rate.begin(kStart);
    const TimePoint end = run(rate, kStart, milliseconds(10), seconds(1));
    EXPECT_NEAR(100, *rate.places_per_second(end), 1);
}

TEST(DrainRate, CountsPlacesThatComeFreeTogether) {
    DrainRate rate;
    rate.begin(kStart);
    for (int batch = 1; batch <= 100; ++batch)
        rate.release(16, kStart + batch * milliseconds(20));
    EXPECT_NEAR(800, *rate.places_per_second(kStart + seconds(2)), 20);
}

TEST(DrainRate, FollowsAChangeWithinAFewSeconds) {
    DrainRate rate;
    rate.begin(kStart);
    const TimePoint fast = run(rate, kStart, milliseconds(1), seconds(60));
    EXPECT_NEAR(1000, *rate.places_per_second(fast), 1);
    const TimePoint slow = run(rate, fast, milliseconds(100), seconds(7));
    EXPECT_NEAR(10, *rate.places_per_second(slow), 10);
}

TEST(DrainRate, FallsWhileNothingIsReleased) {
    DrainRate rate;
    rate.begin(kStart);
    const TimePoint end = run(rate, kStart, milliseconds(10), seconds(10));
    EXPECT_LT(*rate.places_per_second(end + seconds(5)), 10);
}

TEST(DrainRate, ForgetsNothingOverAnIdleNight) {
    DrainRate rate;
    rate.begin(kStart);
    const TimePoint evening = run(rate, kStart, milliseconds(10), seconds(10));
    rate.begin(evening + hours(8));
    EXPECT_NEAR(100, *rate.places_per_second(evening + hours(8)), 1);
}

TEST(RetryAfter, IsTheTimeInWhichHalfHasDrained) {
    // 400 places at 100 a second: 2 s, a quarter more or less.
    for (std::uint64_t sequence = 0; sequence < 1000; ++sequence) {
        const Duration time = retry_after(400, 100, sequence);
        EXPECT_GE(time, milliseconds(1500)) << sequence;
        EXPECT_LE(time, milliseconds(2500)) << sequence;
    }
}

TEST(RetryAfter, IsASecondWhileTheRateIsUnknown) {
    const Duration time = retry_after(400, std::nullopt, 0);
    EXPECT_GE(time, milliseconds(750));
    EXPECT_LE(time, milliseconds(1250));
}

TEST(RetryAfter, SpreadsThoseRefusedTogether) {
    std::set<milliseconds::rep> times;
    Duration sum{};
    for (std::uint64_t sequence = 0; sequence < 1000; ++sequence) {
        const Duration time = retry_after(400, 100, sequence);
        times.insert(duration_cast<milliseconds>(time).count());
        sum += time;
    }
    EXPECT_GT(times.size(), 500U);
    EXPECT_NEAR(2000, static_cast<double>(duration_cast<milliseconds>(sum / 1000).count()), 50);
    EXPECT_EQ(retry_after(400, 100, 7), retry_after(400, 100, 7)) << "no hidden state";
}

TEST(RetryAfter, StaysWithinAMillisecondAndHalfAMinute) {
    EXPECT_EQ(kRetryMin, retry_after(1, 1e9, 3));
    EXPECT_EQ(kRetryMax, retry_after(1'000'000, 1e-9, 3));
    EXPECT_EQ(kRetryMin, retry_after(0, 1.0, 3));
}

}  // namespace
}  // namespace qr
