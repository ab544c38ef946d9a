#include "host/cuda/batch_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

#include "tests/host/cuda/small_slots.h"

namespace qr::cuda {
namespace {

using scoring::Method;
using testing::ElementsAre;
using testing::IsEmpty;

// Sizes alone: the plan reads no vector.
ScoreTask task_of(std::size_t queries, std::size_t documents, std::size_t dimension,
                  Method method = Method::cosine) {
    return {.queries = {nullptr, queries, dimension},
            .documents = {nullptr, documents, dimension},
            .method = method};
}

constexpr ChunkLimits kRoomy = {.vector_bytes = std::size_t{8} << 20,
                                .pairs = std::size_t{1} << 20,
                                .rows = std::size_t{1} << 20,
                                .tasks = 100,
                                .multiply_adds = std::size_t{1} << 30};

struct Totals {
    std::size_t vector_bytes = 0, pairs = 0, rows = 0, multiply_adds = 0;
};

Totals totals_of(const ScoreBatch& batch, const BatchPlan& plan, const Chunk& chunk) {
    Totals totals;
    for (std::size_t i = 0; i < chunk.part_count; ++i) {
        const Part& part = plan.parts.at(chunk.part_begin + i);
        const std::size_t d = batch.tasks.at(part.task).queries.dimension;
        totals.vector_bytes += (part.query_count * d * 4 + 15) / 16 * 16;
        totals.vector_bytes += (part.document_count * d * 4 + 15) / 16 * 16;
        totals.pairs += part.query_count * part.document_count;
        totals.rows += part.query_count + part.document_count;
        totals.multiply_adds += part.query_count * part.document_count * d;
    }
    return totals;
}

// Within the limits, one method a chunk, and every pair of the batch once.
void expect_sound(const ScoreBatch& batch, const BatchPlan& plan, const ChunkLimits& limits) {
    std::size_t parts = 0;
    std::vector<std::size_t> pairs(batch.tasks.size());
    for (const Chunk& chunk : plan.chunks) {
        EXPECT_EQ(parts, chunk.part_begin);
        parts += chunk.part_count;
        EXPECT_GE(chunk.part_count, 1U);
        EXPECT_LE(chunk.part_count, limits.tasks);
        const Totals totals = totals_of(batch, plan, chunk);
        EXPECT_LE(totals.vector_bytes, limits.vector_bytes);
        EXPECT_LE(totals.pairs, limits.pairs);
        EXPECT_LE(totals.rows, limits.rows);
        EXPECT_LE(totals.multiply_adds, limits.multiply_adds);
        for (std::size_t i = 0; i < chunk.part_count; ++i)
            EXPECT_EQ(chunk.method,
                      batch.tasks.at(plan.parts.at(chunk.part_begin + i).task).method);
    }
    EXPECT_EQ(parts, plan.parts.size());
    std::map<std::size_t, Part> last;
    for (const Part& part : plan.parts) {
        pairs.at(part.task) += part.query_count * part.document_count;
        const ScoreTask& task = batch.tasks.at(part.task);
        const auto before = last.find(part.task);
        const Part from = before == last.end() ? Part{} : before->second;
        const std::size_t documents = from.document_begin + from.document_count;
        const bool is_next_block = documents == 0 || documents == task.documents.rows;
        EXPECT_EQ(is_next_block ? from.query_begin + from.query_count : from.query_begin,
                  part.query_begin);
        EXPECT_EQ(is_next_block ? 0 : documents, part.document_begin);
        last[part.task] = part;
    }
    for (std::size_t i = 0; i < pairs.size(); ++i)
        EXPECT_EQ(batch.tasks[i].queries.rows * batch.tasks[i].documents.rows, pairs[i]) << i;
}

TEST(BatchPlan, OfNothingHasNoChunk) {
    EXPECT_THAT(plan_batch({}, kRoomy).chunks, IsEmpty());
}

TEST(BatchPlan, TasksThatFitTogetherShareAChunk) {
    const ScoreBatch batch{{task_of(1, 100, 768), task_of(3, 7, 5), task_of(2, 50, 1024)}};
    const BatchPlan plan = plan_batch(batch, kRoomy);
    EXPECT_THAT(plan.chunks, ElementsAre(Chunk{Method::cosine, 0, 3}));
    EXPECT_THAT(plan.parts,
                ElementsAre(Part{0, 0, 1, 0, 100}, Part{1, 0, 3, 0, 7}, Part{2, 0, 2, 0, 50}));
}

TEST(BatchPlan, AChunkHasOneMethod) {
    const ScoreBatch batch{{task_of(1, 1, 4, Method::dot), task_of(1, 2, 4, Method::fidelity),
                            task_of(1, 3, 4, Method::dot)}};
    const BatchPlan plan = plan_batch(batch, kRoomy);
    EXPECT_THAT(plan.chunks, ElementsAre(Chunk{Method::fidelity, 0, 1}, Chunk{Method::dot, 1, 2}));
    EXPECT_THAT(plan.parts,
                ElementsAre(Part{1, 0, 1, 0, 2}, Part{0, 0, 1, 0, 1}, Part{2, 0, 1, 0, 3}));
}

TEST(BatchPlan, ATaskIsCutOnlyWhereItDoesNotFitIntoAnEmptySlot) {
    // 2,047 rows of 4,096 bytes beside the query; two thirds of that twice are two chunks.
    const ScoreBatch batch{{task_of(1, 1'400, 1024), task_of(1, 1'400, 1024)}};
    const BatchPlan plan = plan_batch(batch, kRoomy);
    EXPECT_THAT(plan.parts, ElementsAre(Part{0, 0, 1, 0, 1'400}, Part{1, 0, 1, 0, 1'400}));
    EXPECT_EQ(2U, plan.chunks.size());
}

TEST(BatchPlan, DocumentsThatDoNotFitGoOnInTheNextChunk) {
    const BatchPlan plan = plan_batch({{task_of(1, 5'000, 1024)}}, kRoomy);
    EXPECT_THAT(plan.parts, ElementsAre(Part{0, 0, 1, 0, 2'047}, Part{0, 0, 1, 2'047, 2'047},
                                        Part{0, 0, 1, 4'094, 906}));
}

TEST(BatchPlan, WhatIsLeftOfATaskSharesItsChunkWithTheNext) {
    const BatchPlan plan = plan_batch({{task_of(1, 2'100, 1024), task_of(1, 10, 8)}}, kRoomy);
    EXPECT_THAT(plan.chunks, ElementsAre(Chunk{Method::cosine, 0, 1}, Chunk{Method::cosine, 1, 2}));
}

TEST(BatchPlan, QueriesTakeUpToHalfOfASlot) {
    const BatchPlan plan = plan_batch({{task_of(40, 20, 65'536)}}, kRoomy);
    EXPECT_THAT(plan.parts,
                ElementsAre(Part{0, 0, 16, 0, 16}, Part{0, 0, 16, 16, 4}, Part{0, 16, 16, 0, 16},
                            Part{0, 16, 16, 16, 4}, Part{0, 32, 8, 0, 20}));
}

struct Bound {
    std::string what;
    ChunkLimits limits;
    std::size_t documents;  // of the first chunk: one query of dimension 256
};

TEST(BatchPlan, EveryLimitBindsByItself) {
    ChunkLimits pairs = kRoomy, rows = kRoomy, work = kRoomy, bytes = kRoomy;
    pairs.pairs = 100;
    rows.rows = 200;
    work.multiply_adds = 76'800;
    bytes.vector_bytes = 524'288;
    for (const Bound& bound : {Bound{"pairs", pairs, 100}, Bound{"rows", rows, 199},
                               Bound{"multiply-adds", work, 300}, Bound{"bytes", bytes, 511}}) {
        const BatchPlan plan = plan_batch({{task_of(1, 1'000, 256)}}, bound.limits);
        EXPECT_EQ(bound.documents, plan.parts.at(0).document_count) << bound.what;
    }
    ChunkLimits tasks = kRoomy;
    tasks.tasks = 3;
    const ScoreBatch many{std::vector<ScoreTask>(7, task_of(1, 1, 4))};
    EXPECT_THAT(plan_batch(many, tasks).chunks,
                ElementsAre(Chunk{Method::cosine, 0, 3}, Chunk{Method::cosine, 3, 3},
                            Chunk{Method::cosine, 6, 1}));
}

TEST(BatchPlan, OneQueryAndOneDocumentAlwaysFit) {
    const ScoreBatch batch{{task_of(1, 1, math::kDimensionMax)}};
    for (const ChunkLimits& limits : {ChunkLimits{}, kSmallSlots}) {
        const BatchPlan plan = plan_batch(batch, limits);
        EXPECT_THAT(plan.parts, ElementsAre(Part{0, 0, 1, 0, 1}));
    }
}

TEST(BatchPlan, TheLargestRequestsAreCutSoundly) {
    for (const ScoreTask& task :
         {task_of(512, 10'000, 768), task_of(512, 10'000, 65'536), task_of(1, 1'000'000, 1),
          task_of(100'000, 3, 2), task_of(1, 10'000, 65'535), task_of(4'096, 4'096, 3)}) {
        const ScoreBatch batch{{task, task_of(1, 1, 1)}};
        expect_sound(batch, plan_batch(batch, ChunkLimits{}), ChunkLimits{});
    }
}

TEST(BatchPlan, RandomBatchesAreCutSoundly) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const auto between = [&](std::size_t low, std::size_t high) {
        return std::uniform_int_distribution<std::size_t>(low, high)(random);
    };
    for (int round = 0; round < 50; ++round) {
        ScoreBatch batch;
        for (std::size_t i = between(1, 40); i > 0; --i) {
            batch.tasks.push_back(task_of(between(1, 70), between(1, 900),
                                          between(1, i % 4 == 0 ? 65'536 : 300),
                                          scoring::kMethods[between(0, 4)].method));
        }
        expect_sound(batch, plan_batch(batch, kSmallSlots), kSmallSlots);
    }
}

}  // namespace
}  // namespace qr::cuda
