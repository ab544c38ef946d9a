#include "host/backend/cost_model.h"

#include <gtest/gtest.h>

#include <array>

namespace qr {
namespace {

using scoring::Method;

TEST(CostModel, SumsWhatEveryPartOfABatchCosts) {
    const SideCosts costs{.latency = 1e-3,
                          .task = 1e-4,
                          .byte = 1e-9,
                          .staged_byte = 1e-10,
                          .multiply_add = 1e-11,
                          .pair = 1e-8};
    const BatchShape shape{
        .tasks = 2, .bytes = 1'000, .staged = 10'000, .multiply_adds = 100'000, .pairs = 100};
    EXPECT_DOUBLE_EQ(1e-3, qr::seconds(costs, {}));
    EXPECT_DOUBLE_EQ(2e-4 + 1e-6 + 1e-6 + 1e-6 + 1e-6, work_seconds(costs, shape));
    EXPECT_DOUBLE_EQ(1e-3 + 2.04e-4, qr::seconds(costs, shape));
}

class ShapeOf : public testing::Test {
  protected:
    // `offset` floats into the memory that stands for staging.
    ScoreTask task(std::size_t offset, std::size_t documents) const {
        return {.queries = {elsewhere_.data(), 2, 4},
                .documents = {memory_.data() + offset, documents, 4},
                .method = Method::dot};
    }
    std::span<const std::byte> staging() const {
        return std::as_bytes(std::span(memory_).subspan(8, 16));
    }

    std::array<float, 8> elsewhere_ = {};
    std::array<float, 32> memory_ = {};
};

TEST_F(ShapeOf, CountsTheWorkOfEveryTask) {
    const BatchShape expected{.tasks = 2,
                              .bytes = (2 + 3 + 2 + 5) * 4 * sizeof(float),
                              .staged = 0,
                              .multiply_adds = (2 * 3 + 2 * 5) * 4,
                              .pairs = 2 * 3 + 2 * 5};
    EXPECT_EQ(expected, shape_of({{task(0, 3), task(0, 5)}}, {}));
    EXPECT_EQ(BatchShape{}, shape_of({}, {}));
}

TEST_F(ShapeOf, TellsVectorsInStagingMemoryFromOthers) {
    const std::size_t queries = 2 * 4 * sizeof(float);
    EXPECT_EQ(64U, shape_of({{task(8, 4)}}, staging()).staged);
    EXPECT_EQ(queries, shape_of({{task(8, 4)}}, staging()).bytes);
    for (const std::size_t offset : {7U, 9U, 0U, 16U})  // beginning or end outside
        EXPECT_EQ(0U, shape_of({{task(offset, 4)}}, staging()).staged) << offset;
}

TEST_F(ShapeOf, OneTaskIsABatchThatLiesInStagingMemory) {
    const BatchShape expected{
        .tasks = 1, .staged = (2 + 3) * 4 * sizeof(float), .multiply_adds = 24, .pairs = 6};
    EXPECT_EQ(expected, shape_of(2, 3, 4));
}

struct CrossoverRow {
    const char* name;
    SideCosts device;
    SideCosts host;
    std::optional<std::size_t> queries;
};

class Crossover : public testing::TestWithParam<CrossoverRow> {};

// 1000 documents of 768: 3.072 MB and 4 KB a query, 768,000 multiply-adds a query.
INSTANTIATE_TEST_SUITE_P(
    CostModel, Crossover,
    testing::Values(
        CrossoverRow{"DeviceIsAlwaysFirst", {}, {.latency = 1e-3}, 1},
        CrossoverRow{"Never", {.latency = 1e-3}, {}, std::nullopt},
        // 768 us of host work a query against 7,680 us: the tenth saves a tenth of it, no more.
        CrossoverRow{"NearTiesAreTheDevices", {.latency = 7.68e-3}, {.multiply_add = 1e-9}, 9},
        // A tenth of the host's work and 10 ms of latency: 0.768 q >= 0.9 (10 + 0.0768 q).
        CrossoverRow{
            "BothHaveWork", {.latency = 1e-2, .multiply_add = 1e-10}, {.multiply_add = 1e-9}, 13}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_P(Crossover, IsTheFewestQueriesThatTheDeviceIsFirstWith) {
    const CrossoverRow& row = GetParam();
    EXPECT_EQ(row.queries, crossover_queries(row.device, row.host, 1'000, 768, 4096));
}

TEST(CostModel, HasNoCrossoverWithoutQueries) {
    EXPECT_EQ(std::nullopt, crossover_queries({}, {.latency = 1}, 1'000, 768, 0));
}

}  // namespace
}  // namespace qr
