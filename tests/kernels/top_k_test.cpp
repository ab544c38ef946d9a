#include "kernels/top_k.h"

#include <algorithm>
#include <numeric>

#include "tests/kernels/kernel_fixture.h"

namespace qr::device {
namespace {

using Scores = std::vector<double>;

template <class Score>
struct Best {
    std::vector<unsigned> columns;
    std::vector<Score> scores;
};

template <class Score>
TopKTask<Score> shape_of(unsigned rows, unsigned columns, unsigned k) {
    return {.row_count = rows, .column_count = columns, .k = k};
}

template <class Score>
std::vector<unsigned> sorted(const std::vector<Score>& scores, unsigned k, Rank rank) {
    const auto value = [&](unsigned column) {
        return rank == Rank::by_magnitude ? std::abs(scores[column]) : scores[column];
    };
    std::vector<unsigned> columns(scores.size());
    std::iota(columns.begin(), columns.end(), 0U);
    std::stable_sort(columns.begin(), columns.end(),
                     [&](unsigned a, unsigned b) { return value(a) > value(b); });
    columns.resize(k);
    return columns;
}

class TopK : public KernelTest {
  protected:
    template <class Score>
    Best<Score> best(const std::vector<Score>& scores, unsigned rows, unsigned k,
                     Rank rank = Rank::by_score, Listing listing = Listing::best_first) {
        TopKTask<Score> task =
            shape_of<Score>(rows, static_cast<unsigned>(scores.size()) / rows, k);
        const DeviceArray<Score> input(scores);
        const auto columns = unwritten<unsigned>(std::size_t{rows} * k);
        const auto found = unwritten<Score>(std::size_t{rows} * k);
        const auto workspace = unwritten<char>(top_k_workspace_bytes(task) + 1);
        task.scores = input.data();
        task.columns = columns.data();
        task.best = found.data();
        task.workspace = workspace.data();
        task.rank = rank;
        task.listing = listing;
        EXPECT_EQ(cudaSuccess, top_k(task, stream_));
        finish();
        return {columns.values(), found.values()};
    }
    template <class Score>
    void expect_the_sorted(const std::vector<Score>& scores, unsigned k,
                           Rank rank = Rank::by_score) {
        SCOPED_TRACE(std::to_string(k) + " of " + std::to_string(scores.size()));
        std::vector<unsigned> columns = sorted(scores, k, rank);
        std::vector<Score> expected;
        for (const unsigned column : columns)
            expected.push_back(scores[column]);
        const Best<Score> found = best(scores, 1, k, rank);
        EXPECT_EQ(columns, found.columns);
        EXPECT_EQ(expected, found.scores);
        std::sort(columns.begin(), columns.end());
        EXPECT_EQ(columns, best(scores, 1, k, rank, Listing::by_column).columns);
    }
    template <class Score>
    std::vector<Score> random_scores(std::size_t count) {
        std::normal_distribution<Score> score;
        std::vector<Score> scores(count);
        for (Score& one : scores)
            one = score(random_);
        return scores;
    }
};

TEST_P(TopK, RanksByScoreAndTiesByColumn) {
    const Best found = best<double>({0.1, 0.9, 0.9, 0.5, 7, -1, 7, 7}, 2, 3);
    EXPECT_THAT(found.columns, testing::ElementsAre(1, 2, 3, 0, 2, 3));
    EXPECT_THAT(found.scores, testing::ElementsAre(0.9, 0.9, 0.5, 7, 7, 7));
}

TEST_P(TopK, OrdersNegativeScoresAndTiesBothZeros) {
    EXPECT_THAT(best<double>({-2, -0.0, 0.0, -0x1p-1074, -1e300}, 1, 5).columns,
                testing::ElementsAre(1, 2, 3, 0, 4));
}

TEST_P(TopK, KeepsTheLowestColumnsOfManyTies) {
    EXPECT_THAT(best(Scores(700, 0.25), 1, 4).columns, testing::ElementsAre(0, 1, 2, 3));
    Scores scores(600, 0.25);
    scores[599] = 0.5;
    EXPECT_THAT(best(scores, 1, 3).columns, testing::ElementsAre(599, 0, 1));
}

TEST_P(TopK, RanksByMagnitudeAndKeepsTheSign) {
    const auto found = best<float>({0.5F, -0.75F, 0.75F, -0.1F}, 1, 3, Rank::by_magnitude);
    EXPECT_THAT(found.columns, testing::ElementsAre(1, 2, 0));
    EXPECT_THAT(found.scores, testing::ElementsAre(-0.75F, 0.75F, 0.5F));
}

TEST_P(TopK, ListsByColumnWhereAsked) {
    const auto found =
        best<float>({0.1F, 0.9F, 0.3F, 0.9F, 0.5F}, 1, 3, Rank::by_score, Listing::by_column);
    EXPECT_THAT(found.columns, testing::ElementsAre(1, 3, 4));
    EXPECT_THAT(found.scores, testing::ElementsAre(0.9F, 0.9F, 0.5F));
}

TEST_P(TopK, IsASortOfAnyLength) {
    for (const std::size_t count : {1U, 2U, 255U, 256U, 257U, 1100U}) {
        for (const unsigned k : {1U, 2U, 10U, 257U, 1024U}) {
            if (k > count) continue;
            expect_the_sorted(random_scores<double>(count), k);
            expect_the_sorted(random_scores<float>(count), k, Rank::by_magnitude);
        }
    }
}

TEST_P(TopK, OfALongRowLooksWhereThePeaksAre) {
    ASSERT_LT(0U, top_k_workspace_bytes(shape_of<float>(1, 9001, 7)));
    expect_the_sorted(random_scores<float>(9001), 7);
    expect_the_sorted(random_scores<float>(20'000), 1, Rank::by_magnitude);
    expect_the_sorted(random_scores<double>(10'001), 30, Rank::by_magnitude);
}

TEST_P(TopK, OfALongRowFindsItsVeryEnd) {
    std::vector<float> scores(9001, -2.0F);
    scores.back() = -1;
    expect_the_sorted(scores, 3);
}

TEST_P(TopK, KeepsTheLowestColumnsOfTiesThroughAllStretches) {
    std::vector<float> scores(10'000);
    for (std::size_t i = 0; i < scores.size(); ++i)
        scores[i] = static_cast<float>(i * i % 7);
    ASSERT_LT(0U, top_k_workspace_bytes(shape_of<float>(1, 10'000, 30)));
    expect_the_sorted(scores, 30);
    expect_the_sorted(std::vector<float>(10'000, 0.5F), 30);
    // Ties of the last that is kept lie before it and behind it, in stretches with better ones.
    for (std::size_t i = 0; i < scores.size(); ++i)
        scores[i] = i % 1000 == 999 ? 8.0F : (i % 300 == 7 ? 7.5F : 0.0F);
    expect_the_sorted(scores, 20);
}

TEST_P(TopK, OfEachOfSeveralLongRowsIsItsOwn) {
    const std::vector<float> scores = random_scores<float>(3 * 9001);
    const Best<float> found = best(scores, 3, 5);
    for (std::ptrdiff_t row = 0; row < 3; ++row) {
        const auto begin = scores.begin() + row * 9001;
        EXPECT_THAT(sorted(std::vector<float>(begin, begin + 9001), 5, Rank::by_score),
                    testing::ElementsAreArray(found.columns.data() + row * 5, 5));
    }
}

TEST_P(TopK, TakesThePeaksOfWhoeverHasThem) {
    for (const Rank rank : {Rank::by_score, Rank::by_magnitude}) {
        const std::vector<double> scores = random_scores<double>(2 * 9001);
        std::vector<double> peaks(2 * peaks_of(9001), -INFINITY);
        for (std::size_t i = 0; i < scores.size(); ++i) {
            double& peak = peaks[i / 9001 * peaks_of(9001) + i % 9001 / kPeakColumns];
            peak = std::max(peak, rank == Rank::by_magnitude ? std::abs(scores[i]) : scores[i]);
        }
        const DeviceArray<double> input(scores), peak_memory(peaks);
        const auto columns = unwritten<unsigned>(2 * 40);
        const auto found = unwritten<double>(2 * 40);
        const TopKTask<double> task{.scores = input.data(),
                                    .peaks = peak_memory.data(),
                                    .columns = columns.data(),
                                    .best = found.data(),
                                    .row_count = 2,
                                    .column_count = 9001,
                                    .k = 40,
                                    .rank = rank};
        EXPECT_EQ(0U, top_k_workspace_bytes(task));
        EXPECT_EQ(cudaSuccess, top_k(task, stream_));
        finish();
        const auto expected = sorted(std::vector(scores.begin() + 9001, scores.end()), 40, rank);
        EXPECT_THAT(expected, testing::ElementsAreArray(columns.values().data() + 40, 40));
    }
}

TEST_P(TopK, TakesTheLargestKOfEachPrecision) {
    expect_the_sorted(random_scores<double>(kTopKMax<double> + 100), kTopKMax<double>);
    expect_the_sorted(random_scores<float>(kTopKMax<float>), kTopKMax<float>);
}

TEST_P(TopK, TellsScoresOfOneUnitInTheLastPlaceApart) {
    Scores scores(300);
    for (std::size_t i = 0; i < scores.size(); ++i)
        scores[i] = 1.0 - static_cast<double>(i * 7 % 300) * 0x1p-53;
    expect_the_sorted(scores, 20);
}

TEST_P(TopK, RefusesAKThatDoesNotFit) {
    EXPECT_EQ(cudaErrorInvalidValue, top_k(shape_of<double>(1, 4, 0), stream_));
    EXPECT_EQ(cudaErrorInvalidValue, top_k(shape_of<double>(1, 4, 5), stream_));
    EXPECT_EQ(cudaErrorInvalidValue, top_k(shape_of<double>(1, 9000, 2049), stream_));
    EXPECT_EQ(cudaErrorInvalidValue, top_k(shape_of<float>(1, 9000, 4097), stream_));
    EXPECT_EQ(cudaErrorInvalidValue, top_k(shape_of<float>(1, kTopKColumnsMax + 1, 1), stream_));
    EXPECT_EQ(cudaErrorInvalidConfiguration, top_k(shape_of<float>(1U << 31, 4, 4), stream_));
    EXPECT_EQ(cudaSuccess, top_k(shape_of<double>(0, 4, 4), stream_));
}

TEST(TopKWorkspace, IsWantedWhereRowsAreLong) {
    EXPECT_EQ(0U, top_k_workspace_bytes(shape_of<float>(1, 3072, 10)));
    EXPECT_EQ(0U, top_k_workspace_bytes(shape_of<float>(0, 100'000, 10)));
    EXPECT_EQ(0U, top_k_workspace_bytes(shape_of<float>(1, 100'000, 1000)));  // most would be left
    // sqrt(100,000 / 40) = 50 columns a stretch, but none has fewer than 128: 782 peaks.
    EXPECT_EQ(782U * 4, top_k_workspace_bytes(shape_of<float>(1, 100'000, 40)));
    EXPECT_EQ(3 * 782U * 8, top_k_workspace_bytes(shape_of<double>(3, 100'000, 40)));
    // sqrt(1,000,000 / 10) = 316 columns: 512.
    EXPECT_EQ(1954U * 4, top_k_workspace_bytes(shape_of<float>(1, 1'000'000, 10)));
}

IN_EVERY_ORDER(TopK);

}  // namespace
}  // namespace qr::device
