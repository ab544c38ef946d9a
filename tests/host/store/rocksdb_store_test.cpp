#include "host/store/rocksdb_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <random>
#include <thread>

#include "tests/host/store/store_files.h"

namespace qr {
namespace {

std::unique_ptr<Store> open(StoreOptions options) {
    auto opened = open_store(options);
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? std::move(*opened) : nullptr;
}

StoreBatch put(std::string key, std::string value, Shelf shelf = Shelf::vectors) {
    return {{{shelf, std::move(key), std::move(value)}}};
}

// Bytes that nothing compresses.
std::string noise(std::size_t bytes, unsigned seed) {
    std::mt19937 random(seed);
    std::string text(bytes, '\0');
    for (char& byte : text)
        byte = static_cast<char>(random());
    return text;
}

TEST(RocksDbStore, KeepsWhatWasCommittedOverAnEnd) {
    const test::TemporaryFolder folder;
    {
        const auto store = open({.folder = folder.path()});
        ASSERT_TRUE(store->commit({{{Shelf::records, "a", "record"},
                                    {Shelf::vectors, "a", "vector"},
                                    {Shelf::own, "a", "own"}}}));
    }
    const auto view = open({.folder = folder.path()})->view();
    EXPECT_EQ(*view->get(Shelf::records, "a"), "record");
    EXPECT_EQ(*view->get(Shelf::vectors, "a"), "vector");
    EXPECT_EQ(*view->get(Shelf::own, "a"), "own");
}

TEST(RocksDbStore, ViewsOutliveTheirStoreAndHoldItsFolder) {
    const test::TemporaryFolder folder;
    auto store = open({.folder = folder.path()});
    ASSERT_TRUE(store->commit(put("a", "1")));
    auto view = store->view();
    store.reset();
    EXPECT_EQ(*view->get(Shelf::vectors, "a"), "1");
    EXPECT_EQ(open_store({.folder = folder.path()}).error().code, Code::conflict);
    view.reset();
    EXPECT_TRUE(open_store({.folder = folder.path()}));
}

TEST(RocksDbStore, AMissingDatabaseIsNoEmptyOne) {
    const test::TemporaryFolder folder;
    open({.folder = folder.path()});
    std::filesystem::remove_all(folder.path() / "db");
    const auto opened = open_store({.folder = folder.path()});
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().message.find(folder.path().string()), std::string::npos);
}

TEST(RocksDbStore, CompactingLeavesNothingOfWhatWasRemoved) {
    const test::TemporaryFolder folder;
    const std::string canary = "a canary that is long enough to be one of its kind";
    const auto store = open({.folder = folder.path()});
    for (int row = 0; row < 20; ++row) {
        const std::string key = "c/" + std::to_string(row);
        ASSERT_TRUE(store->commit(put(key, noise(3'000, 1) + canary)));
        ASSERT_TRUE(store->commit(put(key, canary, Shelf::records)));
    }
    ASSERT_TRUE(store->compact(Shelf::vectors, "c/"));
    ASSERT_THAT(test::files_with(folder.path(), canary), testing::Not(testing::IsEmpty()));
    for (int row = 0; row < 20; ++row) {
        const std::string key = "c/" + std::to_string(row);
        ASSERT_TRUE(store->commit(
            {{{Shelf::vectors, key, std::nullopt}, {Shelf::records, key, std::nullopt}}}));
    }
    ASSERT_TRUE(store->commit(put("d", "stays")));
    ASSERT_TRUE(store->compact(Shelf::vectors, "c/"));
    ASSERT_TRUE(store->compact(Shelf::records, "c/"));
    EXPECT_THAT(test::files_with(folder.path(), canary), testing::IsEmpty());
    EXPECT_EQ(*store->view()->get(Shelf::vectors, "d"), "stays");
}

// That they share syncs is asserted where the syncs are made slow: durability_test.py.
TEST(RocksDbStore, CountsTheCommitsOfManyThreadsAndTheirSyncs) {
    const test::TemporaryFolder folder;
    const auto store = open({.folder = folder.path()});
    const std::uint64_t before = store->condition().syncs;
    constexpr unsigned kThreads = 16;
    constexpr unsigned kCommits = 200;
    {
        std::vector<std::jthread> threads;
        for (unsigned thread = 0; thread < kThreads; ++thread) {
            threads.emplace_back([&, thread] {
                for (unsigned i = 0; i < kCommits; ++i) {
                    const std::string key = std::to_string(thread) + "/" + std::to_string(i);
                    if (!store->commit(put(key, "value"))) std::abort();
                }
            });
        }
    }
    const StoreCondition condition = store->condition();
    EXPECT_EQ(condition.commits, kThreads * kCommits);
    EXPECT_GT(condition.syncs, before);
    EXPECT_LE(condition.syncs - before, kThreads * kCommits);
}

TEST(RocksDbStore, SyncsNeverWhereThatWasAskedFor) {
    const test::TemporaryFolder folder;
    const auto store = open({.folder = folder.path(), .sync = StoreSync::never});
    ASSERT_TRUE(store->commit(put("a", "1")));
    EXPECT_EQ(store->condition().syncs, 0U);
    EXPECT_EQ(store->condition().commits, 1U);
}

TEST(RocksDbStore, DamageThatACompactionMeetsStopsNoCommit) {
    const test::TemporaryFolder folder;
    const std::string value = noise(1'000, 3);
    {
        const auto store = open({.folder = folder.path()});
        ASSERT_TRUE(store->commit(put("c/1", value)));
        ASSERT_TRUE(store->compact(Shelf::vectors, ""));
    }
    for (const auto& file : test::files_below(folder.path(), ".sst")) {
        const std::size_t at = test::bytes_of(file).find(value);
        if (at != std::string::npos) test::flip(file, at + 10);
    }
    const auto store = open({.folder = folder.path()});
    const auto compacted = store->compact(Shelf::vectors, "");
    EXPECT_EQ(compacted.error().code, Code::internal);
    EXPECT_NE(compacted.error().message.find(" db/"), std::string::npos);
    EXPECT_NE(compacted.error().message.find(".sst"), std::string::npos);
    EXPECT_EQ(compacted.error().message.find(folder.path().string()), std::string::npos);
    EXPECT_TRUE(store->commit(put("c/2", "new")));
    EXPECT_TRUE(store->condition().is_writable);
    EXPECT_EQ(*store->view()->get(Shelf::vectors, "c/2"), "new");
}

// A file system of 4 MB, where mounting is permitted.
class SmallDisk : public testing::Test {
  protected:
    void SetUp() override {
        if (mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=4m") != 0) {
            GTEST_SKIP() << "mounting a file system is not permitted";
        }
        is_mounted_ = true;
    }
    void TearDown() override {
        if (is_mounted_) umount2(folder_.path().c_str(), MNT_DETACH);
    }

    const test::TemporaryFolder folder_;
    bool is_mounted_ = false;
};

TEST_F(SmallDisk, WhenFullRefusesCommitsReadsOnAndRecoversOnceThereIsSpace) {
    std::ofstream(folder_.path() / "filler") << std::string(std::size_t{2} << 20, 'x');
    auto store = open({.folder = folder_.path() / "store"});
    int committed = 0;
    Result<void> last;
    while (committed < 2'000) {
        last = store->commit(put("c/" + std::to_string(committed), noise(3'000, 1)));
        if (!last) break;
        ++committed;
    }
    ASSERT_GT(committed, 10);
    ASSERT_FALSE(last);
    EXPECT_EQ(last.error().code, Code::unavailable);
    EXPECT_NE(last.error().message.find("the disk is full"), std::string::npos)
        << last.error().message;
    EXPECT_FALSE(store->condition().is_writable);
    EXPECT_NE(store->condition().why_not.find("the disk is full"), std::string::npos);

    const std::string failed = "c/" + std::to_string(committed);
    EXPECT_EQ(*store->view()->get(Shelf::vectors, "c/0"), noise(3'000, 1));
    EXPECT_EQ(*store->view()->get(Shelf::vectors, failed), std::nullopt);
    EXPECT_EQ(store->recover().error().code, Code::unavailable) << "there is no space yet";
    EXPECT_FALSE(store->commit(put("a", "1")));

    std::filesystem::remove(folder_.path() / "filler");
    ASSERT_FALSE(store->commit(put("a", "1"))) << "nothing resumes by itself";
    const auto recovered = store->recover();
    ASSERT_TRUE(recovered) << recovered.error().message;
    EXPECT_TRUE(store->condition().is_writable);
    EXPECT_TRUE(store->commit(put("a", "1")));

    store.reset();
    store = open({.folder = folder_.path() / "store"});
    EXPECT_EQ(*store->view()->get(Shelf::vectors, "a"), "1");
    EXPECT_EQ(*store->view()->get(Shelf::vectors, failed), std::nullopt);
    for (int row = 0; row < committed; ++row) {
        EXPECT_TRUE(*store->view()->get(Shelf::vectors, "c/" + std::to_string(row)));
    }
}

// Also where nothing but the failed commit came since the last recovery.
TEST_F(SmallDisk, RecoversFromOneFailureAfterTheOther) {
    const auto store = open({.folder = folder_.path() / "store"});
    ASSERT_TRUE(store->commit(put("first", "1")));
    for (int round = 0; round < 4; ++round) {
        std::ofstream(folder_.path() / "filler") << std::string(std::size_t{4} << 20, 'x');
        const std::string key = "failed " + std::to_string(round);
        ASSERT_FALSE(store->commit(put(key, noise(100'000, 1)))) << "round " << round;
        std::filesystem::remove(folder_.path() / "filler");
        const auto recovered = store->recover();
        ASSERT_TRUE(recovered) << recovered.error().message;
        EXPECT_EQ(*store->view()->get(Shelf::vectors, key), std::nullopt);
        if (round == 1) {
            ASSERT_TRUE(store->compact(Shelf::vectors, ""));
        }
    }
    EXPECT_TRUE(store->commit(put("last", "1")));
}

}  // namespace
}  // namespace qr
