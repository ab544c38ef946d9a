#include <gtest/gtest.h>

#include "tests/support/collections.h"

namespace qr {
namespace {

using test::document;
using test::Rows;
using test::valued;

class CollectionReads : public ::testing::Test {
  protected:
    std::shared_ptr<Collection> with(std::size_t count, Dtype storage = Dtype::float32) {
        const auto collection = valued(bench_->create("papers", test::settings_of(2, storage)));
        std::vector<Document> documents;
        Rows rows(2);
        for (std::size_t i = 0; i < count; ++i) {
            documents.push_back(document("id" + std::to_string(i), {.text = std::to_string(i)}));
            rows.add({static_cast<float>(i), 0.1F});
        }
        valued(collection->upsert(documents, rows.view()));
        return collection;
    }
    static std::vector<std::uint64_t> numbers(const std::vector<FetchedDocument>& documents) {
        std::vector<std::uint64_t> numbers;
        for (const FetchedDocument& each : documents)
            numbers.push_back(each.number);
        return numbers;
    }
    test::StandInStore store_;
    test::CatalogBench bench_{store_};
};

TEST_F(CollectionReads, FetchDocumentsInTheOrderAskedFor) {
    const auto collection = with(3);
    const auto found = valued(
        collection->fetch(std::vector<std::string>{"id2", "none", "id0", "id2"}, WithVector::no));
    EXPECT_EQ(numbers(found), (std::vector<std::uint64_t>{2, 0, 2}));
    EXPECT_EQ(found[0].document.id, "id2");
    EXPECT_EQ(found[0].document.fields.text, "2");
    EXPECT_TRUE(found[0].vector.empty());
}

TEST_F(CollectionReads, GiveVectorsAsTheyAreStored) {
    const auto found =
        valued(with(2, Dtype::bfloat16)->fetch(std::vector<std::string>{"id1"}, WithVector::yes));
    EXPECT_EQ(found[0].vector[0], 1);
    EXPECT_EQ(found[0].vector[1], 0.10009765625F);
}

TEST_F(CollectionReads, ListPagesByInsertionNumber) {
    const auto collection = with(600);
    valued(collection->remove(std::vector<std::string>{"id255", "id256", "id599"}));
    EXPECT_EQ(numbers(valued(collection->list(std::nullopt, 3, WithVector::no))),
              (std::vector<std::uint64_t>{0, 1, 2}));
    EXPECT_EQ(numbers(valued(collection->list(253, 3, WithVector::yes))),
              (std::vector<std::uint64_t>{254, 257, 258}));
    EXPECT_EQ(numbers(valued(collection->list(596, 9, WithVector::no))),
              (std::vector<std::uint64_t>{597, 598}));
    EXPECT_TRUE(valued(collection->list(598, 9, WithVector::no)).empty());
    EXPECT_EQ(valued(collection->list(std::nullopt, 10'000, WithVector::no)).size(), 597U);
}

}  // namespace
}  // namespace qr
