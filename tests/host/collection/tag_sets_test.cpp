#include "host/collection/tag_sets.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

bool carries(const TagSets& tags, const std::string& tag, Slot slot) {
    const Roaring* set = tags.find(tag);
    return set != nullptr && set->contains(slot);
}

TEST(TagSets, KnowWhichRowsCarryATag) {
    TagSets tags;
    tags.add(1, std::vector<std::string>{"red", "blue"});
    tags.add(70'000, std::vector<std::string>{"blue", "red"});
    tags.add(3, {});
    EXPECT_TRUE(carries(tags, "red", 1));
    EXPECT_TRUE(carries(tags, "blue", 70'000));
    EXPECT_FALSE(carries(tags, "red", 3));
    EXPECT_EQ(tags.find("green"), nullptr);
}

TEST(TagSets, ForgetTagsThatNobodyCarries) {
    TagSets tags;
    for (int round = 0; round < 1000; ++round) {
        tags.add(5, std::vector<std::string>{"only " + std::to_string(round), "common"});
        if (round % 2 == 0) tags.add(6, std::vector<std::string>{"common"});
        tags.clear(5);
        EXPECT_TRUE(carries(tags, "common", 6) == (round % 2 == 0));
        tags.clear(6);
    }
    EXPECT_EQ(tags.tags(), 0U);
    EXPECT_EQ(tags.find("common"), nullptr);
    EXPECT_LT(tags.bytes(), 100'000U);
}

TEST(TagSets, FollowARowThatMoves) {
    TagSets tags;
    tags.add(9, std::vector<std::string>{"red"});
    tags.copy(9, 2);
    tags.clear(9);
    EXPECT_TRUE(carries(tags, "red", 2));
    EXPECT_FALSE(carries(tags, "red", 9));
    tags.copy(9, 4);
    EXPECT_FALSE(carries(tags, "red", 4));
}

}  // namespace
}  // namespace qr
