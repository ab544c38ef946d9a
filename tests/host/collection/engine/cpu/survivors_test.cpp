#include "host/collection/engine/cpu/survivors.h"

#include <gtest/gtest.h>

#include "tests/host/collection/engine/cpu/near_rows.h"

namespace qr::cpu {
namespace {

SearchResult search(const NearRows& near, std::size_t k) {
    const RowMask mask((near.oracle.size() + 63) / 64, ~std::uint64_t{0});
    const SearchQuery query{.vector = near.queries.row(0), .k = k, .mask = &mask};
    return near.table->view()->search({&query, 1})->at(0);
}

TEST(Survivors, KeepTheRightRowsWhereEstimatesMisleadThem) {
    CpuEngine engine({.threads = 1});
    const NearRows near = near_rows(engine, 500);
    EXPECT_EQ(0U, wrong_answers(near, 1));
    EXPECT_EQ(0U, wrong_answers(near, 7));
}

// All within the bound of one another: no estimate rules any of them out.
TEST(Survivors, AreScoredAtOnceAndCountedWhereTheBoundLeavesTooMany) {
    CpuEngine engine({.threads = 1});
    const NearRows near = near_rows(engine, 6000);
    const SearchResult result = search(near, 10);
    EXPECT_GT(result.retries, 0U);
    EXPECT_GT(result.rescored, kSurvivorsMin / 2);
    EXPECT_EQ(test::oracle_hits(test::oracle_dots(near.queries.row(0), near.oracle),
                                scoring::Method::signed_fidelity, near.oracle, 10),
              result.hits);
}

TEST(Survivors, AreFewWhereRowsLieApart) {
    CpuEngine engine({.threads = 1});
    test::Random random(1);
    const test::Rows rows = test::gaussian(random, 6000, 64);
    const auto table = std::move(*engine.make_table({.dimension = 64, .scan = Dtype::float16}));
    const std::vector<std::uint64_t> numbers(6000);
    ASSERT_TRUE(table->append({rows.view(), numbers}).ok());
    const RowMask mask(100, ~std::uint64_t{0});
    const SearchQuery query{.vector = rows.row(5), .k = 10, .mask = &mask};
    const SearchResult result = table->view()->search({&query, 1})->at(0);
    EXPECT_EQ(0U, result.retries);
    EXPECT_LE(result.rescored, 20U);
    EXPECT_LE(result.bound, 0.001);
}

}  // namespace
}  // namespace qr::cpu
