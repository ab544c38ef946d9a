#include "host/collection/loader.h"

#include <gtest/gtest.h>

#include "host/collection/expiry_queue.h"
#include "tests/support/collections.h"

namespace qr {
namespace {

using test::valued;

class LoaderTest : public ::testing::Test {
  protected:
    void put(std::uint64_t number, const std::string& id, std::vector<float> vector = {1, 2}) {
        StoreBatch batch;
        batch.writes.push_back(
            {Shelf::records, document_key(7, number), encode(test::document(id))});
        batch.writes.push_back({Shelf::vectors, vector_key(7, number),
                                std::string(reinterpret_cast<const char*>(vector.data()),
                                            vector.size() * sizeof vector[0])});
        test::expect_done(store_.commit(batch));
    }
    void count(const Counters& counters) {
        StoreBatch batch;
        batch.writes.push_back({Shelf::records, counters_key(7), encode(counters)});
        test::expect_done(store_.commit(batch));
    }
    Result<Loaded> load() {
        const CollectionRecord record{.id = 7, .settings = test::settings_of(2)};
        return load_collection(store_, *engine_, record, memory_, progress_);
    }

    test::StandInStore store_;
    std::unique_ptr<CollectionEngine> engine_ =
        valued(make_collection_engine("reference", {.threads = 1}));
    std::shared_ptr<CollectionMemory> memory_ = std::make_shared<CollectionMemory>(0);
    LoadProgress progress_;
};

TEST_F(LoaderTest, ReadsMoreRowsThanOneBatchHolds) {
    for (std::uint64_t i = 0; i < 10'000; ++i)
        put(3 * i, "id" + std::to_string(i));
    count({.documents = 10'000, .next_number = 30'000});
    const Loaded loaded = valued(load());
    EXPECT_EQ(loaded.missing(), 0U);
    EXPECT_EQ(loaded.residence->rows(), 10'000U);
    EXPECT_EQ(loaded.residence->find("id9999", 0)->number, 29'997U);
    EXPECT_EQ(progress_.read, 10'000U);
    EXPECT_EQ(progress_.documents, 10'000U);
    EXPECT_EQ(memory_->bytes(), loaded.residence->bytes());
}

TEST_F(LoaderTest, ReadsTheSameWhateverRangesItTakes) {
    const std::vector<std::uint64_t> gaps = {1, 7, 1'000, 1};  // some ranges are full, some empty
    std::uint64_t number = 0;
    for (std::uint64_t i = 0; i < 12'000; ++i) {
        put(number, "id" + std::to_string(i));
        number += gaps[i / 3'000];
    }
    count({.documents = 12'000, .next_number = number - 10});  // the count may be behind
    const Loaded loaded = valued(load());
    EXPECT_EQ(loaded.missing(), 0U);
    EXPECT_EQ(loaded.residence->rows(), 12'000U);
    EXPECT_EQ(loaded.counters.next_number, number);
    Slot last = 0;
    for (std::uint64_t i = 0; i < 12'000; ++i) {
        const auto row = loaded.residence->find("id" + std::to_string(i), 0);
        ASSERT_TRUE(row) << i;
        EXPECT_EQ(row->slot, i == 0 ? 0 : last + 1) << "not in the order of insertion";
        last = row->slot;
    }
}

TEST_F(LoaderTest, OfTwoDocumentsWithOneIdTheLaterCounts) {
    for (std::uint64_t i = 0; i < 10'000; ++i)
        put(i, "id" + std::to_string(i));
    put(20, "id10");     // beside it
    put(9'990, "id30");  // ranges later
    count({.documents = 10'000, .next_number = 10'000});
    const Loaded loaded = valued(load());
    EXPECT_EQ(loaded.residence->find("id10", 0)->number, 20U);
    EXPECT_EQ(loaded.residence->find("id30", 0)->number, 9'990U);
    EXPECT_EQ(loaded.stale, (std::vector<std::uint64_t>{10, 30}));
    EXPECT_EQ(loaded.missing(), 0U);
}

TEST_F(LoaderTest, NamesWhatIsDamagedAndCountsIt) {
    for (std::uint64_t i = 0; i < 6; ++i)
        put(i, "id" + std::to_string(i));
    count({.documents = 6, .next_number = 6});
    store_.damage(Shelf::records, document_key(7, 1));
    store_.damage(Shelf::vectors, vector_key(7, 2));
    store_.damage(Shelf::records, document_key(7, 3));
    store_.damage(Shelf::vectors, vector_key(7, 3));
    put(5, "id5", {1, 2, 3});  // a vector of another size
    const Loaded loaded = valued(load());
    EXPECT_EQ(loaded.missing(), 4U);
    EXPECT_EQ(loaded.damage.size(), 5U);
    EXPECT_EQ(loaded.damaged.size(), 2U);
    EXPECT_EQ(loaded.damaged.at("id2"), 2U);
    EXPECT_EQ(loaded.damage[0], "vector 'v/00000007 0000000000000005': found 12 bytes, allowed: 8");
}

TEST_F(LoaderTest, NeverGivesANumberTwice) {
    put(41, "a");
    store_.damage(Shelf::records, document_key(7, 41));
    put(12, "b");
    const Loaded loaded = valued(load());  // the count was never written
    EXPECT_EQ(loaded.counters.next_number, 42U);
    EXPECT_GE(loaded.missing(), 1U);
}

TEST_F(LoaderTest, StopsWhereMemoryEnds) {
    for (std::uint64_t i = 0; i < 100; ++i)
        put(i, "id" + std::to_string(i));
    memory_ = std::make_shared<CollectionMemory>(10);
    const Result<Loaded> loaded = load();
    ASSERT_FALSE(loaded.ok());
    EXPECT_EQ(loaded.error().code, Code::out_of_memory);
    EXPECT_EQ(memory_->bytes(), 0U);
}

TEST_F(LoaderTest, GivesUpWhenAsked) {
    put(1, "a");
    progress_.is_cancelled = true;
    EXPECT_EQ(test::refused(load()).code, Code::unavailable);
}

}  // namespace
}  // namespace qr
