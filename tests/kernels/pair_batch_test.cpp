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
    EXPECT_EQ(1U + 2 * 2, tasks[1].first_block);
    EXPECT_EQ(5U + 2 + 9, tasks[2].first_block);
    EXPECT_EQ(16U + 1 + 32, batch.overlap_blocks);
    EXPECT_EQ(33U, batch.read_out_blocks);
}

TEST(PairBatch, OfNothingHasNoBlocks) {
    const PairBatch batch = plan({});
    EXPECT_EQ(0U, batch.task_count);
    EXPECT_EQ(0U, batch.overlap_blocks);
}

}  // namespace
}  // namespace qr::device
