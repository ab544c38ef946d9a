// The stand-in fails and is damaged as its users ask.
#include "tests/support/stand_in_store.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

StoreBatch put(std::string key, std::string value) {
    return {{{.shelf = Shelf::records, .key = std::move(key), .value = std::move(value)}}};
}

TEST(StandInStore, FailsFromTheCommitThatATestNamesUntilItIsMendedAndRecovered) {
    test::StandInStore store;
    store.fail_after(1, "the disk is full");
    EXPECT_TRUE(store.commit(put("a", "1")));
    EXPECT_EQ(store.commit(put("b", "2")).error().code, Code::unavailable);
    EXPECT_EQ(store.condition().why_not, "the disk is full");
    EXPECT_FALSE(store.recover());
    store.mend();
    EXPECT_FALSE(store.commit(put("b", "2")));
    EXPECT_TRUE(store.recover());
    EXPECT_TRUE(store.commit(put("c", "3")));
    EXPECT_FALSE(*store.view()->get(Shelf::records, "b"));
    EXPECT_EQ(*store.view()->get(Shelf::records, "c"), "3");
}

TEST(StandInStore, NamesDamageAndPassesOverIt) {
    test::StandInStore store;
    for (const char* key : {"a", "b", "c"})
        ASSERT_TRUE(store.commit(put(key, "v")));
    const auto before = store.view();
    ASSERT_TRUE(store.damage(Shelf::records, "b"));
    EXPECT_FALSE(store.damage(Shelf::records, "x"));

    const auto cursor = store.view()->walk(Shelf::records, {});
    std::string keys;
    while (cursor->next())
        keys += cursor->key();
    EXPECT_EQ(keys, "ac");
    ASSERT_EQ(cursor->damage().size(), 1U);
    EXPECT_EQ(cursor->damage()[0].key, "b");
    EXPECT_EQ(store.view()->get(Shelf::records, "b").error().code, Code::internal);
    EXPECT_TRUE(before->get(Shelf::records, "b"));
}

TEST(StandInStore, TellsWhatItWasAskedToCompact) {
    test::StandInStore store;
    ASSERT_TRUE(store.compact(Shelf::vectors, "c1"));
    EXPECT_EQ(store.compactions(),
              (std::vector<std::pair<Shelf, std::string>>{{Shelf::vectors, "c1"}}));
}

}  // namespace
}  // namespace qr
