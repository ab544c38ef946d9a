#include "host/collection/resident_collection.h"

#include <gtest/gtest.h>

#include "tests/support/collections.h"

namespace qr {
namespace {

using test::document;
using test::Found;
using test::kAcross;
using test::refused;
using test::Rows;
using test::valued;

class ResidentCollectionTest : public ::testing::Test {
  protected:
    std::shared_ptr<Collection> make(const CollectionSettings& settings = test::settings_of(2)) {
        return valued(bench_->create("papers", settings));
    }
    std::shared_ptr<Collection> three() {
        const auto collection = make();
        valued(collection->upsert(
            std::vector<Document>{document("a", {.tags = {"red"}}), document("b"), document("c")},
            Rows{{1, 0}, {2, 0}, {3, 0}}.view()));
        return collection;
    }
    test::StandInStore store_;
    test::CatalogBench bench_{store_, "cpu"};
};

TEST_F(ResidentCollectionTest, FindsWhatWasUpserted) {
    const auto collection = three();
    EXPECT_EQ(test::search(*collection, kAcross, 2), (std::vector<Found>{{"c", 3}, {"b", 2}}));
    EXPECT_EQ(test::search(*collection, kAcross, 9, {.all_tags = {"red"}}),
              (std::vector<Found>{{"a", 1}}));
}

TEST_F(ResidentCollectionTest, TellsItsState) {
    const auto collection = three();
    const CollectionInfo info = collection->info();
    EXPECT_EQ(info.name, "papers");
    EXPECT_EQ(info.state, CollectionState::ready);
    EXPECT_EQ(info.documents, 3U);
    EXPECT_EQ(info.missing, 0U);
    EXPECT_EQ(info.deleted_rows, 0U);
    EXPECT_EQ(info.loaded_share, 1);
    EXPECT_EQ(info.created_at, test::wall_seconds);
    EXPECT_EQ(info.settings.layout.dimension, 2U);
    EXPECT_TRUE(info.settings.layout.scan.has_value());  // the one that was chosen
    EXPECT_GT(info.memory_bytes, 3 * info.memory_bytes_per_row);
}

TEST_F(ResidentCollectionTest, FindsRowsById) {
    const auto collection = three();
    const std::vector<std::string> ids = {"c", "a", "c"};
    const NamedRows rows = valued(collection->find(ids));
    ASSERT_EQ(rows.slots.size(), 3U);
    EXPECT_EQ(rows.slots[0], rows.slots[2]);
    std::vector<float> row(2);
    test::expect_done(rows.view->read(rows.slots[1], row));
    EXPECT_EQ(row, (std::vector<float>{1, 0}));
    const std::vector<std::string> some = {"a", "z"};
    const Error error = refused(collection->find(some));
    EXPECT_EQ(error.code, Code::not_found);
    EXPECT_EQ(error.pointer, "/1");
}

TEST_F(ResidentCollectionTest, KeepsAnsweringOnAGroundWhateverIsWritten) {
    const auto collection = three();
    const SearchGround ground = valued(collection->ground({}));
    valued(collection->remove(std::vector<std::string>{"c"}));
    valued(collection->upsert(std::vector<Document>{document("d"), document("b")},
                              Rows{{9, 0}, {8, 0}}.view()));
    EXPECT_EQ(test::found_on(*collection, ground, kAcross, 2),
              (std::vector<Found>{{"c", 3}, {"b", 2}}));
    test::expect_done(bench_->unload("papers"));
    EXPECT_EQ(test::found_on(*collection, ground, kAcross, 1), (std::vector<Found>{{"c", 3}}));
    bench_.ready("papers");
    EXPECT_EQ(test::found_on(*collection, ground, kAcross, 1), (std::vector<Found>{{"c", 3}}));
    EXPECT_EQ(test::search(*collection, kAcross, 2), (std::vector<Found>{{"d", 9}, {"b", 8}}));
    test::expect_done(bench_->drop("papers"));
    EXPECT_EQ(test::found_on(*collection, ground, kAcross, 1), (std::vector<Found>{{"c", 3}}));
}

TEST_F(ResidentCollectionTest, SharesTheMaskOfAllRowsUntilSomethingChanges) {
    const auto collection = three();
    const auto mask = valued(collection->ground({})).mask;
    EXPECT_EQ(mask, valued(collection->ground({})).mask);
    valued(collection->remove(std::vector<std::string>{"a"}));
    EXPECT_NE(mask, valued(collection->ground({})).mask);
}

TEST_F(ResidentCollectionTest, ReturnsNothingThatHasExpired) {
    CollectionSettings settings = test::settings_of(2);
    settings.ttl_seconds = 100;
    const auto collection = make(settings);
    const double now = test::wall_seconds;
    valued(collection->upsert(
        std::vector<Document>{document("soon", {.expires_at = now + 10}), document("later")},
        Rows{{1, 0}, {2, 0}}.view()));
    test::wall_seconds = now + 9.5;
    EXPECT_EQ(test::search(*collection, kAcross, 9).size(), 2U);
    test::wall_seconds = now + 10;
    EXPECT_EQ(test::search(*collection, kAcross, 9), (std::vector<Found>{{"later", 2}}));
    EXPECT_EQ(collection->info().documents, 1U);
    const std::vector<std::string> soon = {"soon"};
    EXPECT_TRUE(valued(collection->fetch(soon, WithVector::no)).empty());
    EXPECT_EQ(refused(collection->find(soon)).code, Code::not_found);
    EXPECT_EQ(valued(collection->remove(soon)).not_found, 1U);
    test::wall_seconds = now + 5;  // the clock was set back: what has expired stays so
    EXPECT_EQ(test::search(*collection, kAcross, 9), (std::vector<Found>{{"later", 2}}));
    test::wall_seconds = now + 100;
    EXPECT_TRUE(test::search(*collection, kAcross, 9).empty());
}

TEST_F(ResidentCollectionTest, SaysThatItIsUnloadedOrDeleted) {
    const auto collection = three();
    test::expect_done(bench_->unload("papers"));
    const Error unloaded = refused(collection->ground({}));
    EXPECT_EQ(unloaded.code, Code::unavailable);
    EXPECT_EQ(unloaded.message, "collection 'papers': found unloaded, allowed: ready");
    EXPECT_EQ(collection->info().documents, 3U);
    EXPECT_EQ(collection->info().memory_bytes, 0U);
    test::expect_done(bench_->drop("papers"));
    EXPECT_EQ(refused(collection->remove(std::vector<std::string>{"a"})).code, Code::not_found);
    EXPECT_EQ(
        refused(collection->upsert(std::vector<Document>{document("x")}, Rows{{1, 0}}.view())).code,
        Code::not_found);
}

TEST_F(ResidentCollectionTest, RefusesAFilterThatAsksForTooMuch) {
    Filter filter;
    filter.all_tags.resize(kTagsMax + 1, "x");
    EXPECT_EQ(refused(three()->ground(filter)).pointer, "/filter/all_tags");
}

}  // namespace
}  // namespace qr
