// What every store does, whatever it keeps its bytes in: one suite over all of them.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>

#include "tests/host/store/store_files.h"
#include "tests/support/stand_in_store.h"

namespace qr {
namespace {

struct StoreCase {
    std::string name;
    std::function<std::unique_ptr<Store>()> make;
};

class StoreContract : public testing::TestWithParam<StoreCase> {
  protected:
    void put(std::string key, std::string value, Shelf shelf = Shelf::records) {
        ASSERT_TRUE(store_->commit({{{shelf, std::move(key), std::move(value)}}}));
    }
    std::string walked(std::string_view prefix, Shelf shelf = Shelf::records) const {
        const auto view = store_->view();
        const auto cursor = view->walk(shelf, keys_with(prefix));
        std::string all;
        while (cursor->next()) {
            all.append(cursor->key()).append("=").append(cursor->value()).append(" ");
        }
        EXPECT_TRUE(cursor->damage().empty());
        return all;
    }
    std::optional<std::string> got(std::string_view key, Shelf shelf = Shelf::records) const {
        return *store_->view()->get(shelf, key);
    }

    std::unique_ptr<Store> store_ = GetParam().make();
};

TEST_P(StoreContract, GivesBackWhatWasCommitted) {
    put("a", "1");
    EXPECT_EQ(got("a"), "1");
    EXPECT_EQ(got("b"), std::nullopt);
}

TEST_P(StoreContract, KeepsTheShelvesApart) {
    put("k", "record", Shelf::records);
    put("k", "vector", Shelf::vectors);
    EXPECT_EQ(got("k", Shelf::records), "record");
    EXPECT_EQ(got("k", Shelf::vectors), "vector");
    EXPECT_EQ(walked("", Shelf::vectors), "k=vector ");
}

TEST_P(StoreContract, OfTwoWritesOfAKeyInABatchTheLaterCounts) {
    ASSERT_TRUE(store_->commit({{{Shelf::records, "a", "1"},
                                 {Shelf::records, "a", std::nullopt},
                                 {Shelf::records, "b", "1"},
                                 {Shelf::records, "b", "2"}}}));
    EXPECT_EQ(walked(""), "b=2 ");
}

TEST_P(StoreContract, RemovesAndWritesAnew) {
    put("a", "1");
    ASSERT_TRUE(store_->commit({{{Shelf::records, "a", std::nullopt}}}));
    EXPECT_EQ(got("a"), std::nullopt);
    EXPECT_EQ(walked(""), "");
    put("a", "2");
    EXPECT_EQ(got("a"), "2");
}

TEST_P(StoreContract, RemovingWhatIsNotThereIsFine) {
    EXPECT_TRUE(store_->commit({{{Shelf::vectors, "nothing", std::nullopt}}}));
    EXPECT_TRUE(store_->commit({}));
}

TEST_P(StoreContract, TellsAnEmptyValueFromNone) {
    put("a", "");
    EXPECT_EQ(got("a"), "");
    EXPECT_EQ(walked(""), "a= ");
}

TEST_P(StoreContract, TakesAnyBytesInKeysAndValues) {
    const std::string bytes("\0\xff\n\x80", 4);
    put(bytes, bytes);
    EXPECT_EQ(got(bytes), bytes);
    EXPECT_EQ(walked(std::string("\0\xff", 2)), bytes + "=" + bytes + " ");
}

TEST_P(StoreContract, WalksAPrefixInTheOrderOfBytes) {
    for (const char* key : {"b", "a\xff", "a", "ab", "a\x01", "b\x01"})
        put(key, "v");
    EXPECT_EQ(walked("a"), "a=v a\x01=v ab=v a\xff=v ");
    EXPECT_EQ(walked("b"), "b=v b\x01=v ");
    EXPECT_EQ(walked("c"), "");
}

TEST_P(StoreContract, WalksAPrefixOfTheHighestBytes) {
    put("\xff", "1");
    put("\xff\xff", "2");
    put("\xfe", "3");
    EXPECT_EQ(walked("\xff\xff"), "\xff\xff=2 ");
    EXPECT_EQ(walked("\xff"), "\xff=1 \xff\xff=2 ");
}

TEST_P(StoreContract, WalksFromTheBeginOfARangeToBeforeItsEnd) {
    for (const std::string key : {"a", "b", "ba", "c", "d"})
        put(key, "1");
    const auto keys_of = [this](KeyRange range) {
        const auto cursor = store_->view()->walk(Shelf::records, std::move(range));
        std::string keys;
        while (cursor->next())
            keys.append(cursor->key()).append(" ");
        return keys;
    };
    EXPECT_EQ(keys_of({"b", "d"}), "b ba c ");
    EXPECT_EQ(keys_of({"aa", "ba"}), "b ");
    EXPECT_EQ(keys_of({"b", ""}), "b ba c d ");
    EXPECT_EQ(keys_of({"", "b"}), "a ");
    EXPECT_EQ(keys_of({"b", "b"}), "");
    EXPECT_EQ(keys_of({}), "a b ba c d ");
}

TEST_P(StoreContract, AViewSeesNothingThatComesAfterIt) {
    put("a", "old");
    put("b", "old");
    const auto view = store_->view();
    const auto cursor = view->walk(Shelf::records, {});
    ASSERT_TRUE(store_->commit({{{Shelf::records, "a", "new"},
                                 {Shelf::records, "b", std::nullopt},
                                 {Shelf::records, "c", "new"}}}));
    ASSERT_TRUE(store_->compact(Shelf::records, ""));
    EXPECT_EQ(*view->get(Shelf::records, "a"), "old");
    EXPECT_EQ(*view->get(Shelf::records, "b"), "old");
    EXPECT_EQ(*view->get(Shelf::records, "c"), std::nullopt);
    std::string keys;
    while (cursor->next())
        keys.append(cursor->key());
    EXPECT_EQ(keys, "ab");
    EXPECT_EQ(walked(""), "a=new c=new ");
}

TEST_P(StoreContract, ACursorOutlivesItsView) {
    put("a", "1");
    const auto cursor = store_->view()->walk(Shelf::records, {});
    ASSERT_TRUE(cursor->next());
    EXPECT_EQ(cursor->value(), "1");
    EXPECT_FALSE(cursor->next());
    EXPECT_FALSE(cursor->next());
}

TEST_P(StoreContract, TakesTheLargestKeyAndValueAndRefusesLarger) {
    const std::string key(kStoreKeyBytesMax, 'k');
    const std::string value(kStoreValueBytesMax, 'v');
    put(key, value, Shelf::vectors);
    EXPECT_EQ(got(key, Shelf::vectors), value);

    const std::string longer(2 * kStoreValueBytesMax, 'v');
    const auto refused =
        store_->commit({{{Shelf::records, "a", "1"}, {Shelf::records, "b", longer}}});
    EXPECT_EQ(refused.error().code, Code::internal);
    EXPECT_EQ(store_->commit({{{Shelf::records, key + "k", "1"}}}).error().code, Code::internal);
    EXPECT_EQ(store_->commit({{{Shelf::records, "", "1"}}}).error().code, Code::internal);
    EXPECT_EQ(walked(""), "");
    EXPECT_TRUE(store_->condition().is_writable);
}

TEST_P(StoreContract, CompactingChangesNothingThatIsRead) {
    for (int i = 0; i < 100; ++i) {
        put("a" + std::to_string(i), std::string(100, 'x'), Shelf::vectors);
        put("b" + std::to_string(i), std::string(100, 'y'), Shelf::vectors);
    }
    for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(store_->commit({{{Shelf::vectors, "a" + std::to_string(i), std::nullopt}}}));
    }
    const std::string before = walked("", Shelf::vectors);
    ASSERT_TRUE(store_->compact(Shelf::vectors, "a"));
    ASSERT_TRUE(store_->compact(Shelf::vectors, ""));
    EXPECT_EQ(walked("", Shelf::vectors), before);
    EXPECT_EQ(walked("a", Shelf::vectors), "");
}

TEST_P(StoreContract, IsWritableAndCountsItsCommits) {
    ASSERT_TRUE(store_->recover());
    const StoreCondition before = store_->condition();
    put("a", std::string(1000, 'x'));
    put("b", "2");
    const StoreCondition after = store_->condition();
    EXPECT_TRUE(after.is_writable);
    EXPECT_EQ(after.why_not, "");
    EXPECT_EQ(after.commits, before.commits + 2);
    EXPECT_GT(after.syncs, before.syncs);
    EXPECT_GT(after.disk_bytes, 0U);
    EXPECT_TRUE(after.damage.empty());
}

TEST_P(StoreContract, ReadersSeeWholeBatchesWhileOthersWrite) {
    ASSERT_TRUE(store_->commit({{{Shelf::records, "x", "0"}, {Shelf::vectors, "x", "0"}}}));
    std::atomic<bool> is_done{false};
    std::jthread writer([&] {
        for (int i = 1; i <= 100; ++i) {
            const std::string value = std::to_string(i);
            if (!store_->commit({{{Shelf::records, "x", value}, {Shelf::vectors, "x", value}}})) {
                break;
            }
        }
        is_done = true;
    });
    while (!is_done) {
        const auto view = store_->view();
        ASSERT_EQ(*view->get(Shelf::records, "x"), *view->get(Shelf::vectors, "x"));
    }
    EXPECT_EQ(got("x"), "100");
}

std::vector<StoreCase> store_cases() {
    using Values = test::FreshStore::Values;
    return {{"stand_in", [] { return std::make_unique<test::StandInStore>(); }},
            {"rocksdb", [] { return std::make_unique<test::FreshStore>(Values::in_the_clear); }},
            {"sealed", [] { return std::make_unique<test::FreshStore>(Values::sealed); }}};
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreContract, testing::ValuesIn(store_cases()),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace qr
