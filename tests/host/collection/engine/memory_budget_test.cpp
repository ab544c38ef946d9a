#include "host/collection/engine/memory_budget.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace qr {
namespace {

TEST(MemoryBudget, GivesNoMoreThanItHas) {
    MemoryBudget budget(100);
    EXPECT_TRUE(budget.take(60));
    EXPECT_FALSE(budget.take(41));
    EXPECT_FALSE(budget.take(SIZE_MAX));
    EXPECT_TRUE(budget.take(40));
    budget.give_back(100);
    EXPECT_EQ(0U, budget.taken());
}

TEST(MemoryBudget, HasNoLimitOfZero) {
    MemoryBudget budget(0);
    EXPECT_TRUE(budget.take(SIZE_MAX / 2));
    EXPECT_EQ(SIZE_MAX / 2, budget.taken());
}

}  // namespace
}  // namespace qr
