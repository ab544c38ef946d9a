// Every engine of the registry, with every pair of storage and scan type, gives the oracle's
// answers.
#include "tests/host/collection/engine/contract.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace qr::test {
namespace {

using EngineAnswers = EngineContract;

// A query that is like the rows, and one that is not.
Rows queries_for(Random& random, const Rows& rows) {
    Rows queries = gaussian(random, 1, rows.dimension);
    const std::span<const float> like = rows.row(random() % rows.count());
    queries.values.insert(queries.values.end(), like.begin(), like.end());
    return queries;
}

void expect_oracle(const FilledTable& filled, const Rows& queries, const RowMask& mask,
                   std::size_t k) {
    std::vector<SearchQuery> asked;
    for (std::size_t q = 0; q < queries.count(); ++q) {
        for (const scoring::Method method : kMethods)
            asked.push_back({.vector = queries.row(q), .k = k, .method = method, .mask = &mask});
    }
    const auto results = filled.table->view()->search(asked);
    ASSERT_TRUE(results.ok());
    const std::vector<OracleRow> rows = filled.oracle_rows(mask);
    std::vector<OracleDots> dots;
    for (std::size_t i = 0; i < asked.size(); ++i) {
        const SearchResult& result = (*results)[i];
        if (i % kMethods.size() == 0) dots = oracle_dots(asked[i].vector, rows);
        const auto expected = oracle_hits(dots, asked[i].method, rows, k);
        EXPECT_EQ(expected, result.hits) << scoring::info(asked[i].method).name << " k " << k;
        EXPECT_TRUE(result.is_exact);
        EXPECT_EQ(rows.size(), result.rows);
        EXPECT_GE(result.rescored, expected.size());
        EXPECT_TRUE(std::isfinite(result.bound) && result.bound >= 0) << result.bound;
    }
}

TEST_P(EngineAnswers, AreTheOraclesForEveryKindOfRows) {
    for (const RowKind& kind : share_of(row_kinds())) {
        SCOPED_TRACE(kind.name);
        const std::size_t dimension = 1 + random_() % 70;
        const FilledTable filled = fill(*engine_, kind.make(random_, 700, dimension));
        expect_oracle(filled, queries_for(random_, filled.rows), filled.everything(), 10);
    }
}

TEST_P(EngineAnswers, AreTheOraclesForEveryK) {
    const FilledTable filled = fill(*engine_, clustered(random_, 333, 40, 0x1p-8F));
    const Rows queries = queries_for(random_, filled.rows);
    for (const std::size_t k : share_of<std::size_t>({1, 31, 332, 333, 334, 16'384}))
        expect_oracle(filled, queries, filled.everything(), k);
}

TEST_P(EngineAnswers, AreTheOraclesInEveryDimension) {
    constexpr std::size_t kLargest = 65'536;
    for (const std::size_t dimension :
         share_of<std::size_t>({1, 2, 31, 32, 33, 513, 4099, kLargest})) {
        SCOPED_TRACE(dimension);
        const std::size_t count = dimension == kLargest ? 33 : 67;
        const FilledTable filled = fill(*engine_, gaussian(random_, count, dimension));
        expect_oracle(filled, queries_for(random_, filled.rows), filled.everything(), 5);
    }
}

TEST_P(EngineAnswers, CountRowsOfTheMaskAlone) {
    const FilledTable filled = fill(*engine_, clustered(random_, 500, 20, 0.5F));
    const Rows queries = queries_for(random_, filled.rows);
    RowMask some = filled.everything();
    for (std::uint64_t& word : some)
        word &= random_() & random_();
    RowMask beyond = some;
    beyond.resize(beyond.size() + 3, ~std::uint64_t{0});
    RowMask none(filled.everything().size());
    const RowMask shorter(some.begin(), some.begin() + 3);
    for (const RowMask& mask : {some, beyond, none, shorter, RowMask{}})
        expect_oracle(filled, queries, mask, 10);
}

TEST_P(EngineAnswers, AreEmptyForAnEmptyTable) {
    const auto table = make_table(*engine_, 7);
    EXPECT_EQ(0U, table->view()->slots());
    const RowMask mask(1, ~std::uint64_t{0});
    const Rows query = gaussian(random_, 1, 7);
    const auto results = search(*table->view(), {{.vector = query.row(0), .mask = &mask}});
    EXPECT_TRUE(results[0].hits.empty());
    EXPECT_TRUE(results[0].is_exact);
    EXPECT_TRUE(search(*table->view(), {}).empty());
}

TEST_P(EngineAnswers, NameTheFaultOfTheQueryThatHasOne) {
    const FilledTable filled = fill(*engine_, gaussian(random_, 40, 3));
    const RowMask mask = filled.everything();
    const std::array<float, 3> good = {1, 2, 3};
    const std::array<float, 3> zero = {0, 0, 0};
    const std::array<float, 3> bad = {1, std::nanf(""), std::numeric_limits<float>::infinity()};
    const auto results = search(*filled.table->view(), {{.vector = zero, .mask = &mask},
                                                        {.vector = good, .mask = &mask},
                                                        {.vector = bad, .mask = &mask}});
    const RowFault is_zero{RowFault::Side::query, RowFault::Kind::zero_vector, 0, 0};
    const RowFault not_finite{RowFault::Side::query, RowFault::Kind::not_finite, 0, 1};
    EXPECT_EQ(is_zero, results[0].fault);
    EXPECT_EQ(not_finite, results[2].fault);
    EXPECT_TRUE(results[0].hits.empty() && results[2].hits.empty());
    EXPECT_FALSE(results[1].fault.has_value());
    EXPECT_EQ(10U, results[1].hits.size());
}

class Gone final : public Claim {
  public:
    bool is_dropped() const noexcept override { return true; }
};

TEST_P(EngineAnswers, AreNotGivenToThoseWhoLeft) {
    const FilledTable filled = fill(*engine_, gaussian(random_, 40, 3));
    const RowMask mask = filled.everything();
    const Rows query = gaussian(random_, 1, 3);
    const Gone gone;
    const auto results =
        search(*filled.table->view(), {{.vector = query.row(0), .mask = &mask, .claim = &gone},
                                       {.vector = query.row(0), .mask = &mask}});
    EXPECT_TRUE(results[0].is_dropped);
    EXPECT_TRUE(results[0].hits.empty());
    EXPECT_EQ(10U, results[1].hits.size());
}

// Of unproven answers the scores are exact all the same, and they are the best of what was found.
TEST_P(EngineAnswers, AreMarkedWhereNothingWasProven) {
    const FilledTable filled = fill(*engine_, gaussian(random_, 900, 48));
    const RowMask mask = filled.everything();
    const Rows query = gaussian(random_, 1, 48);
    const auto results = search(*filled.table->view(),
                                {{.vector = query.row(0), .mask = &mask, .is_certified = false}});
    const std::vector<OracleRow> rows = filled.oracle_rows(mask);
    const auto expected =
        oracle_hits(oracle_dots(query.row(0), rows), scoring::Method::signed_fidelity, rows, 10);
    EXPECT_EQ(is_proven(false), results[0].is_exact);
    EXPECT_EQ(expected, results[0].hits);  // 64 of 900 estimates were rescored: enough for these
}

CONTRACTED_ENGINES(EngineAnswers);

}  // namespace
}  // namespace qr::test
