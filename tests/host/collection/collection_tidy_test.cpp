#include <gtest/gtest.h>

#include "host/collection/records.h"
#include "tests/support/collections.h"

namespace qr {
namespace {

using test::document;
using test::kAcross;
using test::Rows;
using test::valued;

class CollectionTidy : public ::testing::TestWithParam<std::string> {
  protected:
    std::shared_ptr<Collection> with(std::size_t count, const DocumentFields& fields = {}) {
        const auto collection = valued(bench_->create("papers", test::settings_of(2)));
        std::vector<Document> documents;
        Rows rows(2);
        for (std::size_t i = 0; i < count; ++i) {
            documents.push_back(document("id" + std::to_string(i), fields));
            rows.add({static_cast<float>(i + 1), 0});
        }
        valued(collection->upsert(documents, rows.view()));
        return collection;
    }
    std::size_t stored(Shelf shelf, const std::string& prefix) const {
        const auto view = store_.view();
        const auto cursor = view->walk(shelf, keys_with(prefix));
        std::size_t count = 0;
        while (cursor->next())
            ++count;
        return count;
    }
    test::StandInStore store_;
    test::CatalogBench bench_{store_, GetParam()};
};

TEST_P(CollectionTidy, RemovesWhatHasExpiredFromTheDisk) {
    const auto collection = with(10'000, {.expires_at = test::wall_seconds + 10});
    valued(collection->upsert(std::vector<Document>{document("stays")}, Rows{{1, 0}}.view()));
    test::wall_seconds = test::wall_seconds + 10;
    EXPECT_EQ(stored(Shelf::vectors, vector_prefix(1)), 10'001U);
    test::expect_done(collection->tidy());
    EXPECT_EQ(stored(Shelf::vectors, vector_prefix(1)), 1U);
    EXPECT_EQ(stored(Shelf::records, document_prefix(1)), 1U);
    EXPECT_EQ(collection->info().documents, 1U);
    const std::vector<std::pair<Shelf, std::string>> expected = {
        {Shelf::records, document_prefix(1)}, {Shelf::vectors, vector_prefix(1)}};
    EXPECT_EQ(store_.compactions(), expected);
    bench_.reopen();
    EXPECT_EQ(bench_.ready("papers")->info().documents, 1U);
}

TEST_P(CollectionTidy, SparesADocumentThatWasUpdatedInTime) {
    const auto collection = with(3, {.expires_at = test::wall_seconds + 10});
    valued(collection->upsert(std::vector<Document>{document("id1")}, Rows{{5, 0}}.view()));
    test::wall_seconds = test::wall_seconds + 10;
    test::expect_done(collection->tidy());
    EXPECT_EQ(test::search(*collection, kAcross, 9), (std::vector<test::Found>{{"id1", 5}}));
}

TEST_P(CollectionTidy, GivesDiskSpaceBackAnHourAfterTheLastRemovalAtTheLatest) {
    const auto collection = with(3);
    valued(collection->remove(std::vector<std::string>{"id1"}));
    test::expect_done(collection->tidy());
    EXPECT_TRUE(store_.compactions().empty());
    test::wall_seconds = test::wall_seconds + 3600;
    test::expect_done(collection->tidy());
    EXPECT_EQ(store_.compactions().size(), 2U);
    test::wall_seconds = test::wall_seconds + 3600;
    test::expect_done(collection->tidy());
    EXPECT_EQ(store_.compactions().size(), 2U);  // nothing was removed since
}

TEST_P(CollectionTidy, MovesRowsOutOfBlocksWithFewOfThem) {
    constexpr std::size_t kCount = 20'000;
    const auto collection = with(kCount);
    std::vector<std::string> most;
    for (std::size_t i = 0; i < kCount; ++i) {
        if (i % 8 != 0) most.push_back("id" + std::to_string(i));
    }
    valued(collection->remove(most));
    const auto before = test::search(*collection, kAcross, 5000);
    const SearchGround ground = valued(collection->ground({}));
    EXPECT_EQ(collection->info().deleted_rows, most.size());
    test::expect_done(collection->tidy());
    test::expect_done(collection->tidy());
    EXPECT_LT(collection->info().deleted_rows, 2000U);
    EXPECT_EQ(test::search(*collection, kAcross, 5000), before);
    EXPECT_EQ(test::found_on(*collection, ground, kAcross, 5000), before);
    EXPECT_EQ(before.size(), kCount / 8);
}

TEST_P(CollectionTidy, RemovesADamagedDocumentThatWasWrittenAnew) {
    const auto collection = with(2);
    ASSERT_TRUE(store_.damage(Shelf::records, document_key(1, 0)));
    bench_.reopen();
    valued(bench_.ready("papers")->upsert(std::vector<Document>{document("id0")},
                                          Rows{{9, 0}}.view()));
    // The disk reads again what it did not: two documents with one id, of which the later counts.
    StoreBatch healed;
    healed.writes.push_back({Shelf::records, document_key(1, 0), encode(document("id0"))});
    test::expect_done(store_.commit(healed));
    bench_.reopen();
    const auto again = bench_.ready("papers");
    EXPECT_EQ(again->info().documents, 2U);
    EXPECT_EQ(again->info().missing, 0U);
    EXPECT_EQ(test::search(*again, kAcross, 1), (std::vector<test::Found>{{"id0", 9}}));
    test::expect_done(again->tidy());
    EXPECT_EQ(stored(Shelf::records, document_prefix(1)), 2U);
    EXPECT_EQ(stored(Shelf::vectors, vector_prefix(1)), 2U);
    EXPECT_EQ(again->info().missing, 0U);
}

INSTANTIATE_TEST_SUITE_P(Engines, CollectionTidy, ::testing::Values("reference", "cpu"),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace qr
