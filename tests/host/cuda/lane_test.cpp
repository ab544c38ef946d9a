#include "host/cuda/lane.h"

#include <thread>

#include "host/cuda/device.h"
#include "host/cuda/status.h"
#include "tests/host/cuda/cuda_fixture.h"

namespace qr::cuda {
namespace {

using scoring::Method;
using testing::HasSubstr;

std::unique_ptr<Lane> make_lane() {
    auto made = Lane::make(0, kSmallSlots, {});
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
    return made.ok() ? std::move(*made) : nullptr;
}

Scores scores_of(Lane& lane, const ScoreBatch& batch) {
    Result<Scores> scores = lane.score(batch);
    EXPECT_TRUE(scores.ok()) << (scores.ok() ? "" : scores.error().message);
    return scores.ok() ? std::move(*scores) : Scores{};
}

class LaneTest : public PacedCudaTest {
  protected:
    // A chunk of every method at least; two of the tasks alone take several.
    ScoreBatch batch() const {
        ScoreBatch batch;
        for (const auto& info : scoring::kMethods)
            batch.tasks.push_back(test::task_of(queries_, documents_, info.method));
        batch.tasks.push_back(test::task_of(long_queries_, long_documents_, Method::bures_angle));
        batch.tasks.push_back(test::task_of(queries_, many_, Method::cosine));
        return batch;
    }

    const Matrix queries_ = rows(4, 33), documents_ = rows(90, 33), many_ = rows(2'000, 33);
    const Matrix long_queries_ = rows(3, 20'000), long_documents_ = rows(4, 20'000);
};
AT_EVERY_PACE(LaneTest);

TEST_P(LaneTest, ABatchOfManyChunksGetsTheReferencesBits) {
    const auto lane = make_lane();
    const ScoreBatch all = batch();
    ASSERT_EQ(8U, plan_batch(all, kSmallSlots).chunks.size());
    const Scores wanted = expected(all);
    for (const Launching launching : {Launching::direct, Launching::graph}) {
        ASSERT_TRUE(lane->set_launching(launching).ok());
        expect_same(wanted, scores_of(*lane, all));
    }
}

TEST_P(LaneTest, FaultsAreFoundInWhicheverChunkTheyLie) {
    Matrix bad = many_;
    bad.at(1'999, 32) = std::nanf("");
    bad.at(1'200, 7) = HUGE_VALF;
    Matrix bad_queries = long_queries_;
    for (std::size_t i = 0; i < 20'000; ++i)
        bad_queries.at(2, i) = 0;
    ScoreBatch all = batch();
    all.tasks.push_back(test::task_of(queries_, bad, Method::dot));
    all.tasks.push_back(test::task_of(bad_queries, long_documents_, Method::dot));
    const auto lane = make_lane();
    expect_same(expected(all), scores_of(*lane, all));
}

TEST_P(LaneTest, LanesOfOneDeviceScoreAtOnce) {
    const auto first = make_lane(), second = make_lane();
    ASSERT_TRUE(second->set_launching(Launching::graph).ok());
    const ScoreBatch all = batch();
    const Scores wanted = expected(all);
    std::vector<std::thread> threads;
    for (Lane* const lane : {first.get(), second.get()}) {
        threads.emplace_back([&, lane] { expect_same(wanted, scores_of(*lane, all)); });
    }
    for (std::thread& thread : threads)
        thread.join();
}

TEST_P(LaneTest, AFailureInTheMiddleIsToldAndTheNextBatchIsGood) {
    const auto lane = make_lane();
    for (const char* call :
         {"cudaMemcpyAsync", "cudaLaunchKernelEx", "cudaEventRecord", "cudaEventSynchronize"}) {
        {
            const Matrix gone_at_once = many_;
            emulation::fail_next(call, cudaErrorIllegalAddress);
            const Result<Scores> failed =
                lane->score({{test::task_of(queries_, gone_at_once, Method::dot)}});
            ASSERT_FALSE(failed.ok()) << call;
            EXPECT_EQ(Code::unavailable, failed.error().code);
            EXPECT_TRUE(is_loss(failed.error()));
        }
        const ScoreBatch next{{test::task_of(queries_, documents_, Method::dot)}};
        expect_same(expected(next), scores_of(*lane, next));
    }
}

class LaneCalls : public CudaTest {};

TEST_F(LaneCalls, TheMeasureTimesBothWaysAndCopies) {
    const auto lane = make_lane();
    const Result<LaneFigures> figures = lane->measure();
    ASSERT_TRUE(figures.ok()) << figures.error().message;
    EXPECT_GT(figures->direct_microseconds, 0);
    EXPECT_GT(figures->graph_microseconds, 0);
    EXPECT_EQ(figures->graph_microseconds < figures->direct_microseconds, figures->uses_graphs);
    EXPECT_GT(figures->host_to_device_bytes_per_second, 0);
}

TEST_F(LaneCalls, WhateverFailsWhileItMeasuresIsTold) {
    for (const char* call :
         {"cudaSetDevice", "cudaMemcpyAsync", "cudaLaunchKernelEx", "cudaStreamBeginCapture",
          "cudaGraphInstantiate", "cudaGraphLaunch", "cudaEventRecord", "cudaEventSynchronize"}) {
        const auto lane = make_lane();
        emulation::fail_next(call, cudaErrorLaunchFailure);
        const Result<LaneFigures> figures = lane->measure();
        ASSERT_FALSE(figures.ok()) << call;
        EXPECT_EQ(Code::unavailable, figures.error().code) << call;
    }
}

TEST_F(LaneCalls, ItsMemoryIsWhatItTakesOfTheDevice) {
    std::size_t before = 0, after = 0, total = 0;
    ASSERT_EQ(cudaSuccess, cudaMemGetInfo(&before, &total));
    const auto lane = make_lane();
    ASSERT_EQ(cudaSuccess, cudaMemGetInfo(&after, &total));
    EXPECT_EQ(before - after, lane->device_bytes());
}

TEST_F(LaneCalls, ADeviceThatIsNotThereIsAMistakeOfOurs) {
    const auto made = Lane::make(3, kSmallSlots, {});
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(Code::internal, made.error().code);
    EXPECT_THAT(made.error().message, HasSubstr("cudaSetDevice"));
}

}  // namespace
}  // namespace qr::cuda
