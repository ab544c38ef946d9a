// Bytes are flipped in every kind of file; what still reads is read, what does not is named.
#include "host/store/rocksdb_cursor.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "tests/host/store/store_files.h"

namespace qr {
namespace {

constexpr int kRows = 200;
constexpr std::size_t kBlockBytes = 4'096;  // of keys and values
constexpr std::size_t kLogPageBytes = 32'768;

std::string key_of(int row) {
    return "c/" + std::to_string(1000 + row);
}

// Different in every place, so that it is found in a file.
std::string value_of(int row, std::size_t bytes) {
    std::string value;
    while (value.size() < bytes) {
        value += "row " + std::to_string(row) + " of " + std::to_string(bytes) + " bytes at " +
                 std::to_string(value.size()) + "; ";
    }
    value.resize(bytes);
    return value;
}

struct Walked {
    std::set<std::string> keys;
    std::vector<StoreDamage> damage;
};

class DamagedStore : public testing::Test {
  protected:
    // Rows in tables and blobs, none in the log.
    void fill(std::size_t record_bytes = 100, std::size_t vector_bytes = 1'000) {
        const auto store = open();
        for (int row = 0; row < kRows; ++row) {
            ASSERT_TRUE(
                store->commit({{{Shelf::records, key_of(row), value_of(row, record_bytes)},
                                {Shelf::vectors, key_of(row), value_of(row, vector_bytes)}}}));
        }
        ASSERT_TRUE(store->compact(Shelf::records, ""));
        ASSERT_TRUE(store->compact(Shelf::vectors, ""));
    }
    std::unique_ptr<Store> open() {
        auto opened = open_store({.folder = folder_.path()});
        EXPECT_TRUE(opened) << opened.error().message;
        return opened ? std::move(*opened) : nullptr;
    }
    // The one place of `bytes` in files with that extension.
    std::pair<std::filesystem::path, std::size_t> find(const std::string& extension,
                                                       const std::string& bytes) {
        std::pair<std::filesystem::path, std::size_t> found;
        int times = 0;
        for (const auto& file : test::files_below(folder_.path(), extension)) {
            const std::size_t at = test::bytes_of(file).find(bytes);
            if (at == std::string::npos) continue;
            found = {file, at};
            ++times;
        }
        EXPECT_EQ(times, 1) << bytes;
        return found;
    }
    // Every value that is given out is right.
    Walked walk(const Store& store, Shelf shelf, std::size_t bytes) {
        Walked walked;
        const auto cursor = store.view()->walk(shelf, keys_with("c/"));
        while (cursor->next()) {
            const int row = std::stoi(std::string(cursor->key().substr(2))) - 1000;
            EXPECT_EQ(cursor->value(), value_of(row, bytes)) << cursor->key();
            walked.keys.emplace(cursor->key());
        }
        walked.damage = cursor->damage();
        return walked;
    }

    test::TemporaryFolder folder_;
    std::filesystem::path copied_;
};

TEST_F(DamagedStore, AFlippedByteOfARecordLosesItsBlockAndNamesTheFile) {
    fill();
    const auto [file, at] = find(".sst", value_of(7, 100));
    test::flip(file, at + 50);
    const auto store = open();
    const Walked walked = walk(*store, Shelf::records, 100);
    EXPECT_LT(walked.keys.size(), kRows);
    EXPECT_GE(walked.keys.size(), kRows - kBlockBytes / 100);
    EXPECT_FALSE(walked.keys.contains(key_of(7)));
    ASSERT_EQ(walked.damage.size(), 1U);
    EXPECT_EQ(walked.damage[0].key, "");
    EXPECT_NE(walked.damage[0].what.find(file.filename().string()), std::string::npos);
    EXPECT_FALSE(store->view()->get(Shelf::records, key_of(7)));
    EXPECT_TRUE(store->view()->get(Shelf::records, key_of(150)));
}

TEST_F(DamagedStore, ADestroyedBlockLosesItsKeysAndNoOthers) {
    fill(900);
    const auto [file, at] = find(".sst", value_of(50, 900));
    {
        std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
        stream.seekp(static_cast<std::streamoff>(at - 1'500));
        stream << std::string(3'000, '\xff');
    }
    const Walked walked = walk(*open(), Shelf::records, 900);
    EXPECT_GE(walked.keys.size(), kRows - 12U);
    EXPECT_LT(walked.keys.size(), kRows);
    EXPECT_TRUE(walked.keys.contains(key_of(kRows - 1)));
    EXPECT_FALSE(walked.damage.empty());
}

TEST_F(DamagedStore, EveryDamagedBlockIsPassedOverAndTold) {
    fill();
    for (const int row : {0, 1, 50, 120, 199}) {
        const auto [file, at] = find(".sst", value_of(row, 1'000));
        test::flip(file, at + static_cast<std::size_t>(row));
    }
    const auto store = open();
    const Walked walked = walk(*store, Shelf::vectors, 1'000);
    EXPECT_GE(walked.keys.size(), kRows - 4 * kBlockBytes / 800);
    for (const int row : {0, 1, 50, 120, 199}) {
        EXPECT_FALSE(walked.keys.contains(key_of(row)));
        EXPECT_EQ(store->view()->get(Shelf::vectors, key_of(row)).error().code, Code::internal);
    }
    EXPECT_EQ(walked.damage.size(), 4U) << "rows 0 and 1 share a block";
    EXPECT_EQ(walk(*store, Shelf::records, 100).keys.size(), kRows);
}

// Whatever bit of whatever file is flipped: the store opens and gives out right values alone, or
// says that it cannot; and nothing goes missing without a word.
TEST_F(DamagedStore, NoFlippedByteGoesUnnoticed) {
    fill();
    const unsigned seed = 20;
    std::mt19937 random(seed);
    const test::TemporaryFolder whole;
    std::filesystem::copy(folder_.path(), whole.path() / "store",
                          std::filesystem::copy_options::recursive);
    for (int turn = 0; turn < 60; ++turn) {
        std::filesystem::remove_all(folder_.path());
        std::filesystem::copy(whole.path() / "store", folder_.path(),
                              std::filesystem::copy_options::recursive);
        auto files = test::files_below(folder_.path());
        std::erase_if(files, [](const auto& file) {
            return file.filename() == "LOCK" || file.filename() == "IDENTITY" ||
                   file.filename().string().starts_with("LOG") ||
                   file.filename().string().starts_with("OPTIONS") || file_size(file) == 0;
        });
        const auto& file = files[random() % files.size()];
        const std::size_t at = random() % file_size(file);
        test::flip(file, at);
        SCOPED_TRACE(file.filename().string() + " at " + std::to_string(at) + " of " +
                     std::to_string(file_size(file)) + ", seed " + std::to_string(seed));
        const auto opened = open_store({.folder = folder_.path()});
        if (!opened) {
            EXPECT_TRUE(file.filename() == "FORMAT" || file.filename() == "CURRENT" ||
                        file.filename().string().starts_with("MANIFEST") ||
                        opened.error().message.find("on shelf own") != std::string::npos)
                << opened.error().message;
            EXPECT_NE(opened.error().message.find(folder_.path().string()), std::string::npos);
            continue;
        }
        const Walked records = walk(**opened, Shelf::records, 100);
        const Walked vectors = walk(**opened, Shelf::vectors, 1'000);
        const bool is_told = !records.damage.empty() || !vectors.damage.empty() ||
                             !(*opened)->condition().damage.empty();
        if (!is_told) {
            EXPECT_EQ(records.keys.size(), kRows);
            EXPECT_EQ(vectors.keys.size(), kRows);
        }
    }
}

TEST_F(DamagedStore, OfADamagedIndexIsReadOnlyAndSaysWhy) {
    fill();
    const auto [file, at] = find(".sst", value_of(0, 100));
    test::flip(file, file_size(file) - 10);  // in its last bytes, which say where the rest is
    const auto store = open();
    ASSERT_TRUE(store);
    const StoreCondition condition = store->condition();
    EXPECT_FALSE(condition.is_writable);
    EXPECT_NE(condition.why_not.find("reading alone: Corruption"), std::string::npos)
        << condition.why_not;
    EXPECT_EQ(condition.damage.size(), 1U);
    EXPECT_EQ(store->commit({{{Shelf::records, "a", "1"}}}).error().code, Code::unavailable);
    EXPECT_EQ(store->recover().error().code, Code::unavailable);
    EXPECT_EQ(store->compact(Shelf::records, "").error().code, Code::unavailable);
    EXPECT_EQ(walk(*store, Shelf::vectors, 1'000).keys.size(), kRows);
    EXPECT_FALSE(walk(*store, Shelf::records, 100).damage.empty());
}

// Commits lie in the log until they are flushed, and it is read when the store is opened.
TEST_F(DamagedStore, AFlippedByteInTheLogLosesItsPageOfCommitsAndIsTold) {
    const auto unfinished = [&] {
        const auto store = open();
        for (int row = 0; row < kRows; ++row) {
            ASSERT_TRUE(store->commit({{{Shelf::vectors, key_of(row), value_of(row, 1'000)}}}));
        }
        const test::TemporaryFolder copy;  // as a process that ends at once leaves it
        std::filesystem::copy(folder_.path(), copy.path() / "store",
                              std::filesystem::copy_options::recursive);
        std::filesystem::rename(copy.path() / "store", copied_);
    };
    copied_ = folder_.path().string() + "_copy";
    unfinished();
    std::filesystem::remove_all(folder_.path());
    std::filesystem::rename(copied_, folder_.path());
    const auto [file, at] = find(".log", value_of(7, 1'000));
    test::flip(file, at + 500);
    const auto store = open();
    ASSERT_TRUE(store);
    const Walked walked = walk(*store, Shelf::vectors, 1'000);
    EXPECT_GE(walked.keys.size(), kRows - kLogPageBytes / 1'000);
    EXPECT_FALSE(walked.keys.contains(key_of(7)));
    ASSERT_EQ(store->condition().damage.size(), 1U);
    EXPECT_EQ(store->condition().damage[0].what,
              "commits are lost: Corruption: checksum mismatch in a file of db");
}

}  // namespace
}  // namespace qr
