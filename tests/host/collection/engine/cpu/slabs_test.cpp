#include "host/collection/engine/cpu/slabs.h"

#include <gtest/gtest.h>

#include <cstring>

namespace qr::cpu {
namespace {

constexpr BlockShape kShape{.dimension = 64, .storage = Dtype::float32, .scan = Dtype::float16};

std::shared_ptr<MemoryBudget> budget_of(std::size_t blocks) {
    return std::make_shared<MemoryBudget>(blocks * kShape.bytes());
}

TEST(Slabs, GivesNeighboursOneAfterTheOther) {
    Slabs slabs(kShape, budget_of(100));
    const auto places = slabs.take(3);
    ASSERT_TRUE(places.has_value());
    for (std::size_t i = 1; i < 3; ++i) {
        EXPECT_EQ(places->at(i - 1).scan + kShape.scan_bytes(), places->at(i).scan);
        EXPECT_EQ(places->at(i - 1).truth + kShape.truth_bytes(), places->at(i).truth);
    }
    EXPECT_EQ(0U, reinterpret_cast<std::uintptr_t>(places->at(1).plane()) % 64);
    EXPECT_EQ(3 * kShape.bytes(), slabs.bytes());
}

TEST(Slabs, HoldsWhatIsWrittenIntoEveryByteOfEveryBlock) {
    Slabs slabs(kShape, budget_of(0));
    const auto places = slabs.take(500);  // several slabs
    ASSERT_TRUE(places.has_value());
    for (std::size_t i = 0; i < 500; ++i) {
        std::memset(places->at(i).scan, static_cast<int>(i % 251), kShape.scan_bytes());
        std::memset(places->at(i).truth, static_cast<int>(i % 241), kShape.truth_bytes());
    }
    for (std::size_t i = 0; i < 500; ++i) {
        const BlockPlace& place = places->at(i);
        EXPECT_EQ(std::byte(i % 251), place.scan[0]);
        EXPECT_EQ(std::byte(i % 251), place.scan[kShape.scan_bytes() - 1]);
        EXPECT_EQ(std::byte(i % 241), place.truth[0]);
        EXPECT_EQ(std::byte(i % 241), place.truth[kShape.truth_bytes() - 1]);
    }
}

TEST(Slabs, GivesBlocksThatCameBackLowestFirst) {
    Slabs slabs(kShape, budget_of(100));
    const auto places = slabs.take(4);
    ASSERT_TRUE(places.has_value());
    slabs.give_back(places->at(2));
    slabs.give_back(places->at(1));
    const auto again = slabs.take(2);
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(places->at(1), again->at(0));
    EXPECT_EQ(places->at(2), again->at(1));
}

TEST(Slabs, GivesAllOrNothingOfTheBudget) {
    const auto budget = budget_of(10);
    {
        Slabs slabs(kShape, budget);
        EXPECT_FALSE(slabs.take(11).has_value());
        EXPECT_TRUE(slabs.take(10).has_value());
        EXPECT_FALSE(slabs.take(1).has_value());
        EXPECT_EQ(10 * kShape.bytes(), budget->taken());
    }
    EXPECT_EQ(0U, budget->taken());
}

TEST(Slabs, GivesAnEmptySlabBackToTheSystem) {
    Slabs slabs(kShape, budget_of(0));
    const std::size_t of_first = kSlabBytesMin / kShape.bytes();
    const auto places = slabs.take(of_first + 1);
    ASSERT_TRUE(places.has_value());
    for (std::size_t i = 0; i < of_first; ++i)
        slabs.give_back(places->at(i));
    EXPECT_EQ(kShape.bytes(), slabs.bytes());
    const auto more = slabs.take(1);
    ASSERT_TRUE(more.has_value());
    EXPECT_EQ(places->back().scan + kShape.scan_bytes(), more->at(0).scan);
}

TEST(Slabs, HoldsABlockThatIsLargerThanASlab) {
    const BlockShape large{.dimension = 65'536};
    Slabs slabs(large, budget_of(0));
    const auto places = slabs.take(2);
    ASSERT_TRUE(places.has_value());
    std::memset(places->at(1).scan, 1, large.scan_bytes());
    EXPECT_EQ(nullptr, places->at(1).truth);
    EXPECT_EQ(2 * large.bytes(), slabs.bytes());
}

}  // namespace
}  // namespace qr::cpu
