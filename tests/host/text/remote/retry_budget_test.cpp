#include "host/text/remote/retry_budget.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

TEST(RetryBudget, BeginsWithItsBurst) {
    RetryBudget budget(10, 2);
    EXPECT_TRUE(budget.spend());
    EXPECT_TRUE(budget.spend());
    EXPECT_FALSE(budget.spend());
}

TEST(RetryBudget, EarnsOneRepetitionByTenCallsAtTenPercent) {
    RetryBudget budget(10, 1);
    EXPECT_TRUE(budget.spend());
    for (int call = 0; call < 9; ++call)
        budget.earn();
    EXPECT_FALSE(budget.spend());
    budget.earn();
    EXPECT_TRUE(budget.spend());
}

TEST(RetryBudget, SavesNoMoreThanItsBurst) {
    RetryBudget budget(50, 1);
    for (int call = 0; call < 100; ++call)
        budget.earn();
    EXPECT_TRUE(budget.spend());
    EXPECT_FALSE(budget.spend());
}

TEST(RetryBudget, OfZeroPercentRepeatsNothing) {
    RetryBudget budget(0, 3);
    budget.earn();
    EXPECT_FALSE(budget.spend());
}

}  // namespace
}  // namespace qr
