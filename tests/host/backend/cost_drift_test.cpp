#include "host/backend/cost_drift.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr TimePoint kStart{hours(1)};

double after(Duration estimated, Duration actual, int times) {
    CostDrift drift;
    for (int i = 0; i < times; ++i)
        drift.observe(estimated, actual, kStart);
    return drift.factor(kStart);
}

TEST(CostDrift, IsOneWhereEstimatesAreRight) {
    EXPECT_EQ(1.0, CostDrift().factor(kStart));
    EXPECT_EQ(1.0, after(milliseconds(3), milliseconds(3), 1'000));
}

TEST(CostDrift, MovesByASixteenthOfARatioAtATime) {
    EXPECT_DOUBLE_EQ(1.0442737824274138, after(milliseconds(1), milliseconds(2), 1));  // 2^(1/16)
    EXPECT_DOUBLE_EQ(2.0, after(milliseconds(1), milliseconds(2), 16));
    EXPECT_DOUBLE_EQ(0.5, after(milliseconds(2), milliseconds(1), 16));
}

TEST(CostDrift, OneBatchThatTookForEverCountsAsFourTimesTooLong) {
    EXPECT_DOUBLE_EQ(1.0905077326652577, after(milliseconds(1), hours(1), 1));  // 4^(1/16)
}

TEST(CostDrift, StaysWithinItsBounds) {
    EXPECT_DOUBLE_EQ(4.0, after(milliseconds(1), hours(1), 1'000));
    EXPECT_DOUBLE_EQ(0.25, after(hours(1), milliseconds(1), 1'000));
}

TEST(CostDrift, ForgetsByHalfInTenSeconds) {
    CostDrift drift;
    for (int i = 0; i < 1'000; ++i)
        drift.observe(milliseconds(1), hours(1), kStart);
    EXPECT_DOUBLE_EQ(2.0, drift.factor(kStart + seconds(10)));
    EXPECT_NEAR(1.0, drift.factor(kStart + seconds(200)), 1e-5);
}

TEST(CostDrift, LearnsNothingFromBatchesTooShortToTell) {
    EXPECT_EQ(1.0, after(microseconds(199), milliseconds(5), 100));
    EXPECT_LT(1.0, after(microseconds(200), milliseconds(5), 100));
    EXPECT_EQ(1.0, after(milliseconds(1), Duration::zero(), 100));
}

}  // namespace
}  // namespace qr
