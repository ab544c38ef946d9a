#include "host/collection/stored_catalog.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/support/collections.h"

namespace qr {
namespace {

using test::document;
using test::Found;
using test::kAcross;
using test::refused;
using test::Rows;
using test::valued;

class StoredCatalogTest : public ::testing::Test {
  protected:
    std::shared_ptr<Collection> with_one(const std::string& name) {
        const auto collection = valued(bench_->create(name, test::settings_of(2)));
        valued(collection->upsert(std::vector<Document>{document("a")}, Rows{{1, 0}}.view()));
        return collection;
    }
    std::vector<std::string> keys(Shelf shelf, const std::string& prefix = "") const {
        const auto view = store_.view();
        const auto cursor = view->walk(shelf, keys_with(prefix));
        std::vector<std::string> keys;
        while (cursor->next())
            keys.emplace_back(cursor->key());
        return keys;
    }
    // Waits for the thread, which does one thing after another: what is loaded now came last.
    void drain() {
        valued(bench_->create("drain", test::settings_of(2)));
        test::expect_done(bench_->unload("drain"));
        test::expect_done(bench_->load("drain"));
    }
    test::StandInStore store_;
    test::CatalogBench bench_{store_};
};

TEST_F(StoredCatalogTest, ListsCollectionsByName) {
    with_one("b");
    with_one("a");
    const std::vector<CollectionInfo> infos = bench_->list();
    ASSERT_EQ(infos.size(), 2U);
    EXPECT_EQ(infos[0].name, "a");
    EXPECT_EQ(infos[1].documents, 1U);
    EXPECT_TRUE(valued(bench_->find("a")) != nullptr);
    EXPECT_EQ(refused(bench_->find("c")).code, Code::not_found);
}

TEST_F(StoredCatalogTest, RefusesANameThatIsTakenOrNone) {
    with_one("a");
    EXPECT_EQ(refused(bench_->create("a", test::settings_of(2))).code, Code::conflict);
    EXPECT_EQ(refused(bench_->create("A", test::settings_of(2))).pointer, "/name");
    EXPECT_EQ(refused(bench_->create("b", test::settings_of(0))).code, Code::invalid);
    EXPECT_EQ(refused(bench_->create("b", test::settings_of(2, Dtype::int8))).code, Code::invalid);
    EXPECT_EQ(bench_->list().size(), 1U);
    drain();
    EXPECT_TRUE(keys(Shelf::records, "g/").empty());
}

TEST_F(StoredCatalogTest, RefusesMoreCollectionsThanItMayHold) {
    test::StandInStore store;
    test::CatalogBench bench(store, "reference", {.collections_max = 1});
    valued(bench->create("a", test::settings_of(2)));
    EXPECT_EQ(refused(bench->create("b", test::settings_of(2))).code, Code::overloaded);
}

TEST_F(StoredCatalogTest, FindsEverythingAgainAfterARestart) {
    CollectionSettings settings = test::settings_of(2, Dtype::float16);
    settings.ttl_seconds = 60;
    settings.encoder = "sha256:abc";
    valued(bench_->create("b", settings));
    with_one("a");
    bench_.reopen();
    EXPECT_EQ(test::search(*bench_.ready("a"), kAcross, 9), (std::vector<Found>{{"a", 1}}));
    const CollectionInfo info = bench_.ready("b")->info();
    EXPECT_EQ(info.settings.ttl_seconds, 60);
    EXPECT_EQ(info.settings.encoder, "sha256:abc");
    EXPECT_EQ(info.settings.layout.storage, Dtype::float16);
    EXPECT_TRUE(bench_->is_loaded());
}

TEST_F(StoredCatalogTest, KeepsACollectionUnloadedOverARestart) {
    with_one("a");
    test::expect_done(bench_->unload("a"));
    test::expect_done(bench_->unload("a"));
    bench_.reopen();
    EXPECT_TRUE(bench_->is_loaded());
    EXPECT_EQ(bench_->list()[0].state, CollectionState::unloaded);
    EXPECT_EQ(bench_->list()[0].documents, 1U);
    test::expect_done(bench_->load("a"));
    EXPECT_EQ(bench_->list()[0].state, CollectionState::ready);
    bench_.reopen();
    EXPECT_EQ(bench_.ready("a")->info().documents, 1U);
}

TEST_F(StoredCatalogTest, RemovesADroppedCollectionsDataFromTheDisk) {
    with_one("a");
    test::expect_done(bench_->drop("a"));
    EXPECT_EQ(refused(bench_->find("a")).code, Code::not_found);
    EXPECT_EQ(refused(bench_->drop("a")).code, Code::not_found);
    with_one("a");  // the name is free at once
    drain();
    EXPECT_EQ(keys(Shelf::vectors), (std::vector<std::string>{vector_key(2, 0)}));
    EXPECT_TRUE(keys(Shelf::records, "g/").empty());
    EXPECT_EQ(store_.compactions()[0], std::pair(Shelf::vectors, vector_prefix(1)));
}

TEST_F(StoredCatalogTest, GoesOnRemovingAfterACrash) {
    with_one("a");
    with_one("b");
    // As a process leaves it that ends right after the drop.
    StoreBatch batch;
    batch.writes.push_back({Shelf::records, dropped_key(1), ""});
    batch.writes.push_back({Shelf::records, collection_key("a"), std::nullopt});
    test::expect_done(store_.commit(batch));
    ASSERT_TRUE(store_.damage(Shelf::vectors, vector_key(1, 0)));
    bench_.reopen();
    drain();
    EXPECT_EQ(keys(Shelf::vectors), (std::vector<std::string>{vector_key(2, 0)}));
    EXPECT_TRUE(keys(Shelf::records, document_prefix(1)).empty());
    EXPECT_TRUE(keys(Shelf::records, "g/").empty());
    store_.damage(Shelf::vectors, vector_key(1, 0));
}

TEST_F(StoredCatalogTest, NeverUsesANumberAgain) {
    with_one("a");
    test::expect_done(bench_->drop("a"));
    bench_.reopen();
    with_one("a");
    EXPECT_TRUE(store_.view()->get(Shelf::records, counters_key(2))->has_value());
}

TEST_F(StoredCatalogTest, ChangesNothingWhereTheStoreFails) {
    with_one("a");
    store_.fail_after(0);
    EXPECT_EQ(refused(bench_->create("b", test::settings_of(2))).code, Code::unavailable);
    EXPECT_EQ(refused(bench_->drop("a")).code, Code::unavailable);
    EXPECT_EQ(refused(bench_->unload("a")).code, Code::unavailable);
    EXPECT_EQ(bench_->list().size(), 1U);
    EXPECT_EQ(test::search(*valued(bench_->find("a")), kAcross, 9), (std::vector<Found>{{"a", 1}}));
}

TEST_F(StoredCatalogTest, LeavesNothingOfACollectionWhoseCreationFailed) {
    store_.fail_after(1);  // its number is reserved, its record is not written
    EXPECT_EQ(refused(bench_->create("a", test::settings_of(2))).code, Code::unavailable);
    EXPECT_EQ(keys(Shelf::records, "g/").size(), 1U);
    store_.mend();
    test::expect_done(store_.recover());
    bench_.reopen();
    drain();
    EXPECT_TRUE(keys(Shelf::records, "g/").empty());
}

TEST_F(StoredCatalogTest, RefusesAStoreOfALaterVersion) {
    StoreBatch batch;
    batch.writes.push_back({Shelf::records, std::string(kFormatKey),
                            encode(FormatRecord{.format = kRecordFormat + 1})});
    test::StandInStore store;
    test::expect_done(store.commit(batch));
    const Error error = refused(Catalog::open(store, bench_.engine(), {}, {test::wall_now}));
    EXPECT_EQ(error.code, Code::internal);
    EXPECT_NE(error.message.find("version 2"), std::string::npos);
}

TEST_F(StoredCatalogTest, OpensTheOthersWhereARecordIsDamaged) {
    with_one("a");
    with_one("b");
    ASSERT_TRUE(store_.damage(Shelf::records, collection_key("a")));
    bench_.reopen();
    EXPECT_EQ(bench_.ready("b")->info().documents, 1U);
    const CollectionInfo info = bench_->list()[0];
    EXPECT_EQ(info.state, CollectionState::failed);
    EXPECT_NE(info.why.find("damaged"), std::string::npos);
    EXPECT_EQ(refused(bench_->load("a")).code, Code::internal);
    EXPECT_EQ(refused(bench_->unload("a")).code, Code::internal);
    test::expect_done(bench_->drop("a"));
    EXPECT_EQ(bench_->list().size(), 1U);
}

TEST_F(StoredCatalogTest, TidiesByItself) {
    test::StandInStore store;
    const auto engine = valued(make_collection_engine("reference", {.threads = 1}));
    const auto catalog = valued(Catalog::open(
        store, *engine, {.tidy_every = std::chrono::milliseconds(1)}, {test::wall_now}));
    const auto collection = valued(catalog->create("a", test::settings_of(2)));
    valued(collection->upsert(
        std::vector<Document>{document("a", {.expires_at = test::wall_seconds + 1})},
        Rows{{1, 0}}.view()));
    test::wall_seconds = test::wall_seconds + 1;
    while (store.view()->get(Shelf::vectors, vector_key(1, 0))->has_value())
        std::this_thread::yield();
}

TEST_F(StoredCatalogTest, RecoversTheStoreByItself) {
    test::StandInStore store;
    const auto engine = valued(make_collection_engine("reference", {.threads = 1}));
    const auto catalog = valued(Catalog::open(
        store, *engine, {.tidy_every = std::chrono::milliseconds(1)}, {test::wall_now}));
    store.fail_after(0);
    refused(catalog->create("a", test::settings_of(2)));
    store.mend();
    while (!store.condition().is_writable)
        std::this_thread::yield();
    valued(catalog->create("a", test::settings_of(2)));
}

}  // namespace
}  // namespace qr
