#include "tests/kernels/emulation/samples/samples.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "tests/kernels/emulation/device_fixture.h"

namespace qr::emulation {
namespace {

constexpr float kTolerance = 1e-5F;

std::vector<float> random_values(std::size_t count, unsigned seed) {
    std::mt19937 generator(seed);
    std::uniform_real_distribution<float> uniform(-1.0F, 1.0F);
    std::vector<float> values(count);
    std::generate(values.begin(), values.end(), [&] { return uniform(generator); });
    return values;
}

// The parameter is Settings::order; every kernel must give its result in any order.
class Samples : public DeviceTest, public testing::WithParamInterface<unsigned> {
  protected:
    Samples() {
        Settings settings = settings_from_environment();
        settings.order = GetParam();
        settings.workers = 1 + GetParam() % 2;
        reset(settings);
    }
    void finish() {
        EXPECT_EQ(cudaSuccess, cudaStreamSynchronize(stream_));
        EXPECT_THAT(take_reports(), testing::IsEmpty());
    }
};

TEST_P(Samples, NormalisesThreeAndFour) {
    const DeviceArray<float> rows({3, 4, 0, -2});
    ASSERT_EQ(cudaSuccess, samples::normalise_rows(rows.data(), rows.data(), 2, 2, stream_));
    finish();
    EXPECT_THAT(rows.values(),
                testing::Pointwise(testing::FloatNear(kTolerance), {0.6F, 0.8F, 0.0F, -1.0F}));
}

TEST_P(Samples, NormalisesRowsOfAnyLength) {
    for (const int dimension : {1, 31, 33, 100}) {
        const int row_count = 9;
        const auto input = random_values(static_cast<std::size_t>(row_count * dimension), 1);
        const DeviceArray<float> in(input), out(std::vector<float>(input.size()));
        ASSERT_EQ(cudaSuccess,
                  samples::normalise_rows(in.data(), out.data(), row_count, dimension, stream_));
        finish();
        const auto output = out.values();
        for (int row = 0; row < row_count; ++row) {
            const auto begin = output.begin() + row * dimension;
            EXPECT_NEAR(1.0F, std::inner_product(begin, begin + dimension, begin, 0.0F), kTolerance)
                << "row " << row << " of " << dimension;
        }
    }
}

TEST_P(Samples, MultipliesTilesThatDoNotFit) {
    const int rows = 17, columns = 19, dimension = 21;
    const auto left = random_values(std::size_t{rows} * dimension, 2);
    const auto right = random_values(std::size_t{columns} * dimension, 3);
    const DeviceArray<float> queries(left), documents(right);
    const DeviceArray<float> products(std::vector<float>(std::size_t{rows} * columns));
    ASSERT_EQ(cudaSuccess, samples::multiply({queries.data(), documents.data(), products.data(),
                                              rows, columns, dimension},
                                             stream_));
    finish();
    const auto found = products.values();
    for (int i = 0; i < rows * columns; ++i) {
        const auto query = left.begin() + i / columns * dimension;
        const auto document = right.begin() + i % columns * dimension;
        EXPECT_NEAR(std::inner_product(query, query + dimension, document, 0.0F),
                    found[static_cast<std::size_t>(i)], kTolerance);
    }
}

TEST_P(Samples, FiltersEveryScoreAboveTheThreshold) {
    const auto values = random_values(300, 4);
    std::vector<int> expected;
    for (int i = 0; i < 300; ++i) {
        if (values[static_cast<std::size_t>(i)] > 0.25F) expected.push_back(i);
    }
    const DeviceArray<float> scores(values);
    const DeviceArray<int> kept(std::vector<int>(300)), count({0});
    ASSERT_EQ(cudaSuccess,
              samples::filter(scores.data(), 300, 0.25F, kept.data(), count.data(), stream_));
    finish();
    auto found = kept.values();
    found.resize(static_cast<std::size_t>(count.values()[0]));
    EXPECT_THAT(found, testing::UnorderedElementsAreArray(expected));
}

TEST_P(Samples, RanksTheBestWithTiesByIndex) {
    const DeviceArray<float> scores({0.1F, 0.9F, 0.9F, 0.5F, 7.0F, -1.0F, 7.0F, 7.0F});
    const DeviceArray<float> best(std::vector<float>(6));
    const DeviceArray<int> indices(std::vector<int>(6));
    ASSERT_EQ(cudaSuccess,
              samples::top_k({scores.data(), 2, 4, 3, best.data(), indices.data()}, stream_));
    finish();
    EXPECT_THAT(best.values(), testing::ElementsAre(0.9F, 0.9F, 0.5F, 7.0F, 7.0F, 7.0F));
    EXPECT_THAT(indices.values(), testing::ElementsAre(1, 2, 3, 0, 2, 3));
}

TEST_P(Samples, TheLastBlockSeesWhatTheOthersPublished) {
    std::vector<float> values(200);
    std::iota(values.begin(), values.end(), 1.0F);
    const DeviceArray<float> in(values), partial(std::vector<float>(7)), total({0});
    const DeviceArray<unsigned> ended({0});
    ASSERT_EQ(cudaSuccess, samples::sum_by_last_block(in.data(), 200, partial.data(), ended.data(),
                                                      total.data(), stream_));
    finish();
    EXPECT_THAT(total.values(), testing::ElementsAre(20100.0F));
}

TEST_P(Samples, ALockMakesProgressBetweenThreadsAndBlocks) {
    const DeviceArray<int> lock({0}), value({0});
    ASSERT_EQ(cudaSuccess, samples::count_under_lock(lock.data(), value.data(), 3, stream_));
    finish();
    EXPECT_THAT(value.values(), testing::ElementsAre(96));
}

TEST_P(Samples, RoundsToSixteenBitsAsTheToolkitsOwnTypesDo) {
    const DeviceArray<float2> in({{1.0F + 0x1p-11F, 65519.0F}, {0x1p-25F, -3.0F}});
    const DeviceArray<float2> out(std::vector<float2>(2));
    const DeviceArray<unsigned> stored({0, 0});
    ASSERT_EQ(cudaSuccess,
              samples::round_to_half({in.data(), stored.data(), out.data(), 2}, stream_));
    finish();
    EXPECT_EQ(1.0F, out.values()[0].x);  // a tie goes to even
    EXPECT_EQ(65504.0F, out.values()[0].y);
    EXPECT_EQ(0.0F, out.values()[1].x);
    EXPECT_EQ(0xC200'0000U, stored.values()[1]);
    ASSERT_EQ(cudaSuccess,
              samples::round_to_bfloat16({in.data(), stored.data(), out.data(), 2}, stream_));
    finish();
    EXPECT_EQ(65536.0F, out.values()[0].y);
    EXPECT_EQ(0x1p-25F, out.values()[1].x);
}

INSTANTIATE_TEST_SUITE_P(Orders, Samples, testing::Values(0U, 1U, 2U, 3U));

}  // namespace
}  // namespace qr::emulation
