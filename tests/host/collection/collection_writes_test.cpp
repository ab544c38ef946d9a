#include <gtest/gtest.h>

#include "host/collection/number_columns.h"
#include "host/collection/records.h"
#include "tests/support/collections.h"

namespace qr {
namespace {

using test::document;
using test::Found;
using test::kAcross;
using test::refused;
using test::Rows;
using test::valued;

const std::vector<std::string> kBoth = {"a", "b"};

class CollectionWrites : public ::testing::Test {
  protected:
    std::shared_ptr<Collection> with_two() {
        const auto collection = valued(bench_->create("papers", test::settings_of(2)));
        valued(collection->upsert(std::vector<Document>{document("a"), document("b")},
                                  Rows{{1, 0}, {2, 0}}.view()));
        return collection;
    }
    void damage(Shelf shelf, const std::string& key) { ASSERT_TRUE(store_.damage(shelf, key)); }

    test::StandInStore store_;
    test::CatalogBench bench_{store_};
};

TEST_F(CollectionWrites, KeepAnUpdatedDocumentsRankAmongTies) {
    const auto collection = with_two();
    const UpsertReport report = valued(collection->upsert(
        std::vector<Document>{document("c"), document("a")}, Rows{{2, 0}, {2, 0}}.view()));
    EXPECT_EQ(report.inserted, 1U);
    EXPECT_EQ(report.updated, 1U);
    EXPECT_EQ(test::search(*collection, kAcross, 9),
              (std::vector<Found>{{"a", 2}, {"b", 2}, {"c", 2}}));
}

TEST_F(CollectionWrites, LetTheLaterOfTwoDocumentsWithOneIdCount) {
    const auto collection = with_two();
    const UpsertReport report = valued(
        collection->upsert(std::vector<Document>{document("x", {.text = "one"}), document("y"),
                                                 document("x", {.text = "two"})},
                           Rows{{5, 0}, {6, 0}, {7, 0}}.view()));
    EXPECT_EQ(report.inserted, 2U);
    EXPECT_EQ(report.updated, 1U);
    const auto found =
        valued(collection->fetch(std::vector<std::string>{"x", "y"}, WithVector::yes));
    EXPECT_EQ(found[0].document.fields.text, "two");
    EXPECT_EQ(found[0].vector, (std::vector<float>{7, 0}));
    EXPECT_EQ(found[0].number + 1, found[1].number);
}

TEST_F(CollectionWrites, InsertAnExpiredDocumentAnew) {
    const auto collection = with_two();
    valued(collection->upsert(
        std::vector<Document>{document("a", {.expires_at = test::wall_seconds + 1})},
        Rows{{1, 0}}.view()));
    test::wall_seconds = test::wall_seconds + 2;
    const UpsertReport report =
        valued(collection->upsert(std::vector<Document>{document("a")}, Rows{{2, 0}}.view()));
    EXPECT_EQ(report.inserted, 1U);
    EXPECT_EQ(test::search(*collection, kAcross, 9), (std::vector<Found>{{"b", 2}, {"a", 2}}));
    bench_.reopen();
    EXPECT_EQ(bench_.ready("papers")->info().documents, 2U);
    EXPECT_EQ(bench_.ready("papers")->info().missing, 0U);
}

TEST_F(CollectionWrites, ChangeNothingWhereOneDocumentIsRefused) {
    const auto collection = with_two();
    const Error error = refused(collection->upsert(
        std::vector<Document>{document("c"), document("d")}, Rows{{1, 0}, {0, 0}}.view()));
    EXPECT_EQ(error.code, Code::invalid);
    EXPECT_EQ(error.pointer, "/1/vector");
    EXPECT_EQ(collection->info().documents, 2U);
}

TEST_F(CollectionWrites, ChangeNothingWhereTheStoreFails) {
    const auto collection = with_two();
    const std::uint64_t bytes = collection->info().memory_bytes;
    store_.fail_after(0);
    EXPECT_EQ(refused(collection->upsert(std::vector<Document>{document("a"), document("c")},
                                         Rows{{9, 0}, {9, 0}}.view()))
                  .code,
              Code::unavailable);
    EXPECT_EQ(refused(collection->remove(kBoth)).code, Code::unavailable);
    EXPECT_EQ(refused(collection->remove_where({.no_tags = {"x"}})).code, Code::unavailable);
    const std::vector<Found> before = {{"b", 2}, {"a", 1}};
    EXPECT_EQ(test::search(*collection, kAcross, 9), before);
    EXPECT_EQ(collection->info().documents, 2U);
    EXPECT_EQ(collection->info().memory_bytes, bytes);
    store_.mend();
    test::expect_done(store_.recover());
    valued(collection->upsert(std::vector<Document>{document("c")}, Rows{{9, 0}}.view()));
    bench_.reopen();
    EXPECT_EQ(test::search(*bench_.ready("papers"), kAcross, 9),
              (std::vector<Found>{{"c", 9}, {"b", 2}, {"a", 1}}));
}

TEST_F(CollectionWrites, AreRefusedBeforeMemoryRunsOut) {
    test::StandInStore store;
    test::CatalogBench bench(store, "cpu", {.memory_bytes_max = 3'000'000});
    const auto collection = valued(bench->create("large", test::settings_of(1000)));
    std::vector<Document> documents;
    Rows rows(1000);
    for (int i = 0; i < 100; ++i) {
        documents.push_back(document(std::to_string(i)));
        rows.add(std::vector<float>(1000, 1));
    }
    Result<UpsertReport> last = UpsertReport{};
    std::uint64_t accepted = 0;
    for (int i = 0; i < 100 && last; ++i) {
        for (Document& each : documents)
            each.id = std::to_string(i) + "/" + each.id;
        last = collection->upsert(documents, rows.view());
        if (last) accepted += 100;
    }
    ASSERT_FALSE(last.ok());
    EXPECT_EQ(last.error().code, Code::out_of_memory);
    EXPECT_GE(accepted, 100U);
    EXPECT_EQ(collection->info().documents, accepted);
    const std::uint64_t commits = store.condition().commits;
    EXPECT_FALSE(collection->upsert(documents, rows.view()).ok());
    EXPECT_EQ(store.condition().commits, commits);  // refused before the store had heard of it
}

TEST_F(CollectionWrites, AreRefusedBeyondTheMostDocuments) {
    test::StandInStore store;
    test::CatalogBench bench(store, "reference", {.documents_max = 2});
    const auto collection = valued(bench->create("small", test::settings_of(2)));
    const std::vector<Document> two = {document("a"), document("b")};
    valued(collection->upsert(two, Rows{{1, 0}, {2, 0}}.view()));
    valued(collection->upsert(two, Rows{{1, 0}, {2, 0}}.view()));
    const Error error =
        refused(collection->upsert(std::vector<Document>{document("c")}, Rows{{1, 0}}.view()));
    EXPECT_EQ(error.code, Code::out_of_memory);
    EXPECT_EQ(error.message, "collection 'small': found 3 documents with these, allowed: 2");
}

TEST_F(CollectionWrites, AreRefusedBeyondTheMostNamesOfNumbers) {
    const auto collection = with_two();
    std::vector<Document> documents;
    Rows rows(2);
    for (std::size_t i = 0; i <= kNumberNamesMax; ++i) {
        documents.push_back(
            document(std::to_string(i), {.numbers = {{"n" + std::to_string(i), 1}}}));
        rows.add({1, 0});
    }
    const Error error = refused(collection->upsert(documents, rows.view()));
    EXPECT_EQ(error.code, Code::invalid);
    EXPECT_EQ(error.pointer, "/1024/numbers");
}

TEST_F(CollectionWrites, RemoveWhatAFilterLetsThrough) {
    const auto collection = with_two();
    valued(collection->upsert(std::vector<Document>{document("c", {.tags = {"red"}})},
                              Rows{{3, 0}}.view()));
    EXPECT_EQ(valued(collection->remove_where({.all_tags = {"red"}})).deleted, 1U);
    EXPECT_EQ(collection->info().documents, 2U);
    EXPECT_EQ(refused(collection->remove_where({})).code, Code::invalid);
}

TEST_F(CollectionWrites, HealADocumentWhoseVectorWasDamaged) {
    with_two();
    damage(Shelf::vectors, vector_key(1, 0));
    bench_.reopen();
    const auto collection = bench_.ready("papers");
    EXPECT_EQ(collection->info().missing, 1U);
    EXPECT_EQ(collection->info().documents, 1U);
    ASSERT_EQ(collection->info().damage.size(), 1U);
    EXPECT_EQ(valued(collection->ground({})).missing, 1U);
    EXPECT_EQ(refused(collection->fetch(kBoth, WithVector::no)).code, Code::internal);
    const UpsertReport report =
        valued(collection->upsert(std::vector<Document>{document("a")}, Rows{{2, 0}}.view()));
    EXPECT_EQ(report.updated, 1U);
    EXPECT_EQ(collection->info().missing, 0U);
    EXPECT_EQ(test::search(*collection, kAcross, 9), (std::vector<Found>{{"a", 2}, {"b", 2}}));
    bench_.reopen();
    EXPECT_EQ(bench_.ready("papers")->info().missing, 0U);
}

TEST_F(CollectionWrites, RemoveADocumentWhoseVectorWasDamaged) {
    with_two();
    damage(Shelf::vectors, vector_key(1, 1));
    bench_.reopen();
    const auto collection = bench_.ready("papers");
    EXPECT_EQ(valued(collection->remove(kBoth)).deleted, 2U);
    EXPECT_EQ(collection->info().missing, 0U);
    EXPECT_EQ(collection->info().documents, 0U);
}

TEST_F(CollectionWrites, CountADocumentAsMissingWhoseRecordWasDamaged) {
    with_two();
    damage(Shelf::records, document_key(1, 1));
    bench_.reopen();
    const auto collection = bench_.ready("papers");
    EXPECT_EQ(collection->info().missing, 1U);
    // Its id is unknown: the same one comes as a new document.
    EXPECT_EQ(valued(collection->upsert(std::vector<Document>{document("b")}, Rows{{7, 0}}.view()))
                  .inserted,
              1U);
    EXPECT_EQ(collection->info().missing, 1U);
    EXPECT_EQ(test::search(*collection, kAcross, 9), (std::vector<Found>{{"b", 7}, {"a", 1}}));
}

TEST_F(CollectionWrites, AreNotExactAfterwardsWhereTheCountIsLost) {
    with_two();
    damage(Shelf::records, counters_key(1));
    bench_.reopen();
    const auto collection = bench_.ready("papers");
    EXPECT_EQ(collection->info().missing, 1U);
    valued(collection->upsert(std::vector<Document>{document("c")}, Rows{{2, 0}}.view()));
    EXPECT_EQ(test::search(*collection, kAcross, 9),
              (std::vector<Found>{{"b", 2}, {"c", 2}, {"a", 1}}));
}

}  // namespace
}  // namespace qr
