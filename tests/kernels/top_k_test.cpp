#include "kernels/top_k.h"

#include <algorithm>
#include <numeric>

#include "tests/kernels/kernel_fixture.h"

namespace qr::device {
namespace {

using Scores = std::vector<double>;

struct Best {
    std::vector<unsigned> columns;
    Scores scores;
};

class TopK : public KernelTest {
  protected:
    Best best(const Scores& scores, unsigned rows, unsigned k) {
        const DeviceArray<double> input(scores);
        const DeviceArray<unsigned> columns(std::vector<unsigned>(std::size_t{rows} * k, ~0U));
        const DeviceArray<double> found(Scores(std::size_t{rows} * k));
        EXPECT_EQ(cudaSuccess, top_k({.scores = input.data(),
                                      .columns = columns.data(),
                                      .best = found.data(),
                                      .row_count = rows,
                                      .column_count = static_cast<unsigned>(scores.size()) / rows,
                                      .k = k},
                                     stream_));
        finish();
        return {columns.values(), found.values()};
    }
    void expect_the_sorted(const Scores& scores, unsigned k) {
        SCOPED_TRACE(std::to_string(k) + " of " + std::to_string(scores.size()));
        std::vector<unsigned> columns(scores.size());
        std::iota(columns.begin(), columns.end(), 0U);
        std::stable_sort(columns.begin(), columns.end(),
                         [&](unsigned a, unsigned b) { return scores[a] > scores[b]; });
        columns.resize(k);
        Scores expected;
        for (const unsigned column : columns)
            expected.push_back(scores[column]);
        const Best found = best(scores, 1, k);
        EXPECT_EQ(columns, found.columns);
        EXPECT_EQ(bits_of(expected), bits_of(found.scores));
    }
};

TEST_P(TopK, RanksByScoreAndTiesByColumn) {
    const Best found = best({0.1, 0.9, 0.9, 0.5, 7, -1, 7, 7}, 2, 3);
    EXPECT_THAT(found.columns, testing::ElementsAre(1, 2, 3, 0, 2, 3));
    EXPECT_THAT(found.scores, testing::ElementsAre(0.9, 0.9, 0.5, 7, 7, 7));
}

TEST_P(TopK, OrdersNegativeScoresAndTiesBothZeros) {
    EXPECT_THAT(best({-2, -0.0, 0.0, -0x1p-1074, -1e300}, 1, 5).columns,
                testing::ElementsAre(1, 2, 3, 0, 4));
}

TEST_P(TopK, KeepsTheLowestColumnsOfManyTies) {
    EXPECT_THAT(best(Scores(700, 0.25), 1, 4).columns, testing::ElementsAre(0, 1, 2, 3));
    Scores scores(600, 0.25);
    scores[599] = 0.5;
    EXPECT_THAT(best(scores, 1, 3).columns, testing::ElementsAre(599, 0, 1));
}

TEST_P(TopK, IsASortOfAnyLength) {
    std::normal_distribution<double> score;
    for (const std::size_t count : {1U, 2U, 255U, 256U, 257U, 1100U}) {
        Scores scores(count);
        for (double& one : scores)
            one = score(random_);
        for (const std::size_t k : {1U, 2U, 10U, 257U, 1024U}) {
            if (k <= count) expect_the_sorted(scores, static_cast<unsigned>(k));
        }
    }
}

TEST_P(TopK, TellsScoresOfOneUnitInTheLastPlaceApart) {
    Scores scores(300);
    for (std::size_t i = 0; i < scores.size(); ++i)
        scores[i] = 1.0 - static_cast<double>(i * 7 % 300) * 0x1p-53;
    expect_the_sorted(scores, 20);
}

TEST_P(TopK, RefusesAKThatDoesNotFit) {
    EXPECT_EQ(cudaErrorInvalidValue, top_k({.row_count = 1, .column_count = 4, .k = 0}, stream_));
    EXPECT_EQ(cudaErrorInvalidValue, top_k({.row_count = 1, .column_count = 4, .k = 5}, stream_));
    EXPECT_EQ(cudaErrorInvalidValue,
              top_k({.row_count = 1, .column_count = 4000, .k = kTopKMax + 1}, stream_));
    EXPECT_EQ(cudaSuccess, top_k({.row_count = 0, .column_count = 4, .k = 4}, stream_));
}

IN_EVERY_ORDER(TopK);

}  // namespace
}  // namespace qr::device
