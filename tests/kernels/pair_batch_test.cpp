#include "kernels/pair_batch.h"

#include <gtest/gtest.h>

#include <vector>

namespace qr::device {
namespace {

PairTask task_of(unsigned queries, unsigned documents) {
    return {.query_count = queries, .document_count = documents, .dimension = 8};
}

TEST(PairBatch, OfOnePairHasABlockForTheQueryAndOneForTheDocument) {
    std::vector<PairTask> tasks = {task_of(1, 1)};
    const PairBatch batch = plan(tasks);
    EXPECT_EQ(1U, batch.task_count);
    EXPECT_EQ(2U, batch.overlap_blocks);
    EXPECT_EQ(1U, batch.read_out_blocks);
}

TEST(PairBatch, NumbersTheBlocksThroughAllTasks) {
    std::vector<PairTask> tasks = {task_of(5, 33), task_of(33, 1), task_of(1, 1000)};
    const PairBatch batch = plan(tasks);
    EXPECT_EQ(0U, tasks[0].first_block);
    EXPECT_EQ(1U + 2 * 3, tasks[1].first_block);
    EXPECT_EQ(7U + 5 + 9, tasks[2].first_block);
    EXPECT_EQ(21U + 1 + 125, batch.overlap_blocks);
    EXPECT_EQ(0U, batch.strip_blocks);
    EXPECT_EQ(33U, batch.read_out_blocks);
}

TEST(PairBatch, CutsLargeTasksIntoStripsThatGrowWithThem) {
    std::vector<PairTask> tasks = {task_of(16, 8192), task_of(1, 8), task_of(64, 100'000),
                                   task_of(5, 100'000)};
    tasks[2].dimension = 768;
    const PairBatch batch = plan(tasks);
    EXPECT_EQ(64U, tasks[0].strip_documents);
    EXPECT_EQ(0U, tasks[0].first_strip);
    EXPECT_EQ(0U, tasks[1].strip_documents);
    EXPECT_EQ(256U, tasks[2].strip_documents);
    EXPECT_EQ(128U, tasks[2].first_strip);
    EXPECT_EQ(192U, tasks[3].strip_documents);
    EXPECT_EQ(128U + 4 * 391, tasks[3].first_strip);
    EXPECT_EQ(128U + 4 * 391 + 521, batch.strip_blocks);
    EXPECT_EQ(768U, batch.strip_dimension_max);
    EXPECT_EQ(2U + 1 + 1 + 8 + 1, batch.overlap_blocks);  // norms of queries, and a tile
}

TEST(PairBatch, CutsTasksOfFewPairsOrFewQueriesIntoTiles) {
    std::vector<PairTask> tasks = {task_of(16, 8191), task_of(4, 100'000)};
    const PairBatch batch = plan(tasks);
    EXPECT_EQ(0U, batch.strip_blocks);
    EXPECT_EQ(0U, batch.strip_dimension_max);
    EXPECT_EQ(2U + 4 * 512 + 1 + 6250, batch.overlap_blocks);
}

TEST(PairBatch, OfNothingHasNoBlocks) {
    const PairBatch batch = plan({});
    EXPECT_EQ(0U, batch.task_count);
    EXPECT_EQ(0U, batch.overlap_blocks);
}

}  // namespace
}  // namespace qr::device
