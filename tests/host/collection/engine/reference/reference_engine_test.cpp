#include "host/collection/engine/reference/reference_engine.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

namespace qr {
namespace {

// Rows of two components, numbered from 100 on.
std::vector<Slot> append(Table& table, const std::vector<float>& values) {
    std::vector<std::uint64_t> numbers;
    for (std::size_t i = 0; i < values.size() / 2; ++i)
        numbers.push_back(100 + i);
    auto slots = table.append({{values.data(), values.size() / 2, 2}, numbers});
    EXPECT_TRUE(slots.ok());
    return slots.ok() ? *slots : std::vector<Slot>{};
}

std::unique_ptr<Table> make_table(CollectionEngine& engine) {
    auto table = engine.make_table({.dimension = 2});
    EXPECT_TRUE(table.ok());
    return std::move(*table);
}

std::vector<Hit> hits(const TableView& view, const SearchQuery& query) {
    auto results = view.search({&query, 1});
    EXPECT_TRUE(results.ok());
    EXPECT_TRUE(results->at(0).is_exact);
    return results->at(0).hits;
}

TEST(ReferenceEngine, RanksByScoreThenByNumberAndCutsAtK) {
    ReferenceEngine engine(0);
    const auto table = make_table(engine);
    append(*table, {0, 1, 1, 0, 2, 0, 1, 1});
    const std::array<float, 2> query = {3, 0};
    const RowMask mask = {0b1111};
    const std::vector<Hit> expected = {{1, 101, 1.0}, {2, 102, 1.0}, {3, 103, std::sqrt(0.5)}};
    const auto found =
        hits(*table->view(),
             {.vector = query, .k = 3, .method = scoring::Method::cosine, .mask = &mask});
    ASSERT_EQ(3U, found.size());
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(expected[i].slot, found[i].slot);
        EXPECT_EQ(expected[i].number, found[i].number);
        EXPECT_NEAR(expected[i].score, found[i].score, 1e-15);
    }
}

TEST(ReferenceEngine, CountsRowsOfTheMaskAlone) {
    ReferenceEngine engine(0);
    const auto table = make_table(engine);
    append(*table, {1, 0, 0, 1});
    const std::array<float, 2> query = {1, 0};
    const RowMask second = {0b10};
    const std::vector<Hit> expected = {{1, 101, 0.25}};
    EXPECT_EQ(expected, hits(*table->view(), {.vector = query, .mask = &second}));
    const RowMask none;
    EXPECT_TRUE(hits(*table->view(), {.vector = query, .mask = &none}).empty());
}

TEST(ReferenceEngine, ViewsKeepTheirRowsAndSlotsAreUsedAgainAfterThem) {
    ReferenceEngine engine(0);
    const auto table = make_table(engine);
    append(*table, {1, 0, 0, 1});
    auto old = table->view();
    table->release(std::array<Slot, 1>{0});
    EXPECT_EQ(std::vector<Slot>{2}, append(*table, {5, 5}));
    std::array<float, 2> row = {};
    ASSERT_TRUE(old->read(0, row).ok());
    EXPECT_EQ((std::array<float, 2>{1, 0}), row);
    EXPECT_EQ(2U, old->slots());
    old.reset();
    EXPECT_EQ(std::vector<Slot>{0}, append(*table, {6, 6}));
}

TEST(ReferenceEngine, AppendsAllOrNothingWithinItsMemory) {
    ReferenceEngine engine(1000);
    const auto table = make_table(engine);
    const std::vector<float> values(2 * 1000, 1.0F);
    const std::vector<std::uint64_t> numbers(1000);
    const auto refused = table->append({{values.data(), 1000, 2}, numbers});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(Code::out_of_memory, refused.error().code);
    EXPECT_EQ(0U, table->memory().bytes);
    EXPECT_EQ(0U, table->view()->slots());
    append(*table, {1, 0});
    EXPECT_EQ(table->memory().bytes_per_row, table->memory().bytes);
}

TEST(ReferenceEngine, RefusesAZeroQuery) {
    ReferenceEngine engine(0);
    const auto table = make_table(engine);
    const std::array<float, 2> query = {0, 0};
    const RowMask mask;
    const SearchQuery search{.vector = query, .mask = &mask};
    const auto results = table->view()->search({&search, 1});
    ASSERT_TRUE(results.ok());
    EXPECT_EQ((RowFault{RowFault::Side::query, RowFault::Kind::zero_vector, 0, 0}),
              results->at(0).fault);
}

}  // namespace
}  // namespace qr
