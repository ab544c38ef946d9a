// An answer depends on the view, the mask and the query alone: not on other queries, not on
// threads.
#include "tests/host/collection/engine/contract.h"

#include <array>

namespace qr::test {
namespace {

class EngineBatches : public EngineContract {
  protected:
    std::size_t row_count() const { return is_emulated() ? 700 : 2100; }
    // Of all methods, with three masks, some unproven.
    std::vector<SearchQuery> mixed(const Rows& queries, const std::array<RowMask, 3>& masks) {
        std::vector<SearchQuery> asked;
        for (std::size_t i = 0; i < queries.count(); ++i)
            asked.push_back({.vector = queries.row(i),
                             .k = 1 + i % 23,
                             .method = kMethods[i % kMethods.size()],
                             .mask = &masks[i % masks.size()],
                             .is_certified = i % 4 != 3});
        return asked;
    }
    std::array<RowMask, 3> masks_for(const FilledTable& filled) {
        std::array<RowMask, 3> masks = {filled.everything(), filled.everything(), {}};
        for (std::uint64_t& word : masks[1])
            word &= random_();
        masks[2] = masks[1];
        for (std::uint64_t& word : masks[2])
            word &= random_() & random_() & random_();
        return masks;
    }
};

void expect_same(const std::vector<SearchResult>& expected,
                 const std::vector<SearchResult>& found) {
    ASSERT_EQ(expected.size(), found.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_EQ(expected[i].hits, found[i].hits) << "query " << i;
        EXPECT_EQ(expected[i].is_exact, found[i].is_exact);
        EXPECT_EQ(expected[i].bound, found[i].bound);
        EXPECT_EQ(expected[i].rows, found[i].rows);
    }
}

TEST_P(EngineBatches, DoNotChangeAnAnswer) {
    const FilledTable filled = fill(*engine_, clustered(random_, row_count(), 35, 0x1p-5F));
    const Rows queries = clustered(random_, is_emulated() ? 19 : 65, 35, 1);
    const auto masks = masks_for(filled);
    const std::vector<SearchQuery> asked = mixed(queries, masks);
    const auto view = filled.table->view();
    std::vector<SearchResult> alone;
    for (const SearchQuery& query : asked)
        alone.push_back(search(*view, {query}).front());
    expect_same(alone, search(*view, asked));
    alone.pop_back();
    expect_same(alone, search(*view, {asked.begin(), asked.end() - 1}));
}

TEST_P(EngineBatches, AreAnsweredAlikeByAnyNumberOfThreads) {
    const Rows rows = clustered(random_, row_count(), 35, 0x1p-12F);
    const Rows queries = clustered(random_, is_emulated() ? 17 : 40, 35, 1);
    std::vector<SearchResult> expected;
    const std::size_t most = is_emulated() ? 2 : 3;
    for (std::size_t threads = 1; threads <= most; ++threads) {
        const auto engine = make_engine(threads);
        const FilledTable filled = fill(*engine, rows);
        const std::array<RowMask, 3> masks = {filled.everything(),
                                              RowMask(33, 0x5A5A'F00F'1234'5678),
                                              RowMask(20, 0x8000'0001'0000'0100)};
        const auto found = search(*filled.table->view(), mixed(queries, masks));
        if (threads == 1) expected = found;
        expect_same(expected, found);
    }
}

TEST_P(EngineBatches, OfChosenRowsHaveTheScoresOfTheOracle) {
    const FilledTable filled = fill(*engine_, gaussian(random_, 400, 50));
    const Rows queries = gaussian(random_, 3, 50);
    std::vector<std::size_t> chosen;
    for (std::size_t i = 0; i < 300; ++i)
        chosen.push_back(random_() % filled.rows.count());
    std::vector<Slot> slots;
    for (const std::size_t row : chosen)
        slots.push_back(filled.slots[row]);
    for (const scoring::Method method : kMethods) {
        const auto scores = filled.table->view()->score(queries.view(), slots, method);
        ASSERT_TRUE(scores.ok());
        ASSERT_EQ(3 * chosen.size(), scores->values.size());
        for (std::size_t i = 0; i < scores->values.size(); ++i)
            ASSERT_EQ(oracle_score(method, queries.row(i / chosen.size()),
                                   filled.rows.row(chosen[i % chosen.size()])),
                      scores->values[i]);
    }
}

TEST_P(EngineBatches, OfChosenRowsNameTheirBadQuery) {
    const FilledTable filled = fill(*engine_, gaussian(random_, 5, 2));
    const Rows queries{2, {1, 1, 0, 0}};
    const auto scores =
        filled.table->view()->score(queries.view(), filled.slots, scoring::Method::cosine);
    ASSERT_TRUE(scores.ok());
    EXPECT_EQ((RowFault{RowFault::Side::query, RowFault::Kind::zero_vector, 1, 0}), scores->fault);
    EXPECT_TRUE(scores->values.empty());
}

CONTRACTED_ENGINES(EngineBatches);

}  // namespace
}  // namespace qr::test
