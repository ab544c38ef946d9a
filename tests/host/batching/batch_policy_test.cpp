#include "host/batching/batch_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/host/batching/at.h"

namespace qr {
namespace {

using scoring::Method;
using std::chrono::milliseconds;
using test::at;
using testing::ElementsAre;
using testing::IsEmpty;

struct Waiting {
    std::size_t rows = 1;
    std::size_t row_multiply_adds = 1;
    int arrived_ms = 0;
    std::optional<int> deadline_ms = std::nullopt;
    std::size_t dimension = 1;
    Method method = Method::cosine;
};

// Ids count from 1, so do slices' jobs in the tables below.
class BatchPolicy : public testing::Test {
  protected:
    void wait(const Waiting& job) {
        const std::optional<TimePoint> deadline =
            job.deadline_ms ? std::optional(at(*job.deadline_ms)) : std::nullopt;
        tickets_.push_back(queue_.add(tickets_.size() + 1, {job.dimension, job.method}, {},
                                      {.arrived = at(job.arrived_ms),
                                       .deadline = deadline,
                                       .row_multiply_adds = job.row_multiply_adds,
                                       .rows_left = job.rows}));
    }
    Plan plan_at(int ms) const { return plan(queue_, terms_, at(ms)); }
    // As the batcher does it.
    std::vector<Slice> take_at(int ms) {
        const Plan next = plan_at(ms);
        for (const Slice& slice : next.slices)
            queue_.take(tickets_.at(slice.id - 1), slice.rows, at(ms));
        return next.slices;
    }

    WaitingQueue queue_;
    std::vector<WaitingQueue::Ticket> tickets_;
    BatchTerms terms_{.multiply_adds_max = 400};
};

TEST_F(BatchPolicy, WithoutJobsThereIsNoBatchAndNothingToLookAgainFor) {
    const Plan nothing = plan_at(0);
    EXPECT_THAT(nothing.slices, IsEmpty());
    EXPECT_EQ(std::nullopt, nothing.look_again);
}

TEST_F(BatchPolicy, ALoneJobLeavesAtOnce) {
    wait({.rows = 7});
    EXPECT_THAT(plan_at(0).slices, ElementsAre(Slice{1, 0, 7}));
}

TEST_F(BatchPolicy, WhatFitsTravelsTogetherInItsOrder) {
    wait({.rows = 50});
    wait({.rows = 20, .row_multiply_adds = 5});
    wait({.rows = 100});
    EXPECT_THAT(plan_at(0).slices, ElementsAre(Slice{1, 0, 50}, Slice{2, 0, 20}, Slice{3, 0, 100}));
}

TEST_F(BatchPolicy, OnlyJobsOfTheForemostKeyJoin) {
    wait({.arrived_ms = 1});
    wait({.arrived_ms = 0, .dimension = 2});
    wait({.arrived_ms = 2, .dimension = 2});
    wait({.arrived_ms = 3, .dimension = 2, .method = Method::fidelity});
    EXPECT_THAT(take_at(3), ElementsAre(Slice{2, 0, 1}, Slice{3, 0, 1}));
    EXPECT_THAT(take_at(3), ElementsAre(Slice{1, 0, 1}));
    EXPECT_THAT(take_at(3), ElementsAre(Slice{4, 0, 1}));
}

TEST_F(BatchPolicy, NoKeyStarvesBesideAFloodOfAnother) {
    int served_ms = -1;
    JobId lonely = kNoJob;
    for (int ms = 0; ms < 100; ++ms) {  // twice what is taken
        for (int i = 0; i < 8; ++i)
            wait({.rows = 100, .arrived_ms = ms});
        if (ms == 20) {
            wait({.arrived_ms = ms, .dimension = 2});
            lonely = tickets_.size();
        }
        if (take_at(ms).front().id == lonely) served_ms = ms;
    }
    // 21 x 8 jobs stood before it, 4 left each millisecond.
    EXPECT_EQ(42, served_ms);
}

TEST_F(BatchPolicy, ABatchStopsBeforeTheJobThatDoesNotFitAndNobodyOvertakesIt) {
    for (int i = 0; i < 3; ++i)
        wait({.rows = 90});
    wait({.rows = 95});
    wait({.rows = 99});
    wait({.rows = 1});
    EXPECT_THAT(take_at(0),
                ElementsAre(Slice{1, 0, 90}, Slice{2, 0, 90}, Slice{3, 0, 90}, Slice{4, 0, 95}));
    EXPECT_THAT(take_at(0), ElementsAre(Slice{5, 0, 99}, Slice{6, 0, 1}));
}

TEST_F(BatchPolicy, ALargeJobAloneFillsTheBatch) {
    wait({.rows = 1000});
    EXPECT_THAT(take_at(0), ElementsAre(Slice{1, 0, 400}));
    EXPECT_THAT(take_at(0), ElementsAre(Slice{1, 400, 400}));
    EXPECT_THAT(take_at(0), ElementsAre(Slice{1, 800, 200}));
}

TEST_F(BatchPolicy, ALargeJobInCompanyGivesASliceOfAQuarter) {
    wait({.rows = 1000});
    for (int i = 0; i < 4; ++i)
        wait({.rows = 75});
    EXPECT_THAT(take_at(0), ElementsAre(Slice{1, 0, 100}, Slice{2, 0, 75}, Slice{3, 0, 75},
                                        Slice{4, 0, 75}, Slice{5, 0, 75}));
}

TEST_F(BatchPolicy, LargeJobsShareTheRoomThatNobodyElseWantsInTurns) {
    wait({.rows = 1000});
    wait({.rows = 150});
    wait({.rows = 10});
    EXPECT_THAT(take_at(0), ElementsAre(Slice{1, 0, 240}, Slice{2, 0, 150}, Slice{3, 0, 10}));
}

TEST_F(BatchPolicy, ALargeJobThatHadASliceLetsSmallOnesPassThatCameMeanwhile) {
    wait({.rows = 1000, .arrived_ms = 0});
    take_at(0);
    for (int i = 0; i < 5; ++i)
        wait({.rows = 100, .arrived_ms = 1});
    EXPECT_THAT(take_at(2), ElementsAre(Slice{2, 0, 100}, Slice{3, 0, 100}, Slice{4, 0, 100},
                                        Slice{5, 0, 100}));
}

TEST_F(BatchPolicy, ALargeJobGetsASliceEveryTenMillisecondsUnderAFloodOfSmallOnes) {
    wait({.rows = 1000, .arrived_ms = 0});
    int visits = 0;
    for (int ms = 0; ms <= 100; ++ms) {  // as many small ones as a lane can take
        for (int i = 0; i < 4; ++i)
            wait({.rows = 100, .arrived_ms = ms});
        for (const Slice& slice : take_at(ms))
            visits += slice.id == 1 ? 1 : 0;
    }
    EXPECT_EQ(10, visits);
}

TEST_F(BatchPolicy, ARowMayExceedTheLimitAndThenTravelsAlone) {
    wait({.rows = 40, .row_multiply_adds = 1000});
    wait({.rows = 1, .row_multiply_adds = 1000});
    EXPECT_THAT(take_at(0), ElementsAre(Slice{1, 0, 16}));
    EXPECT_THAT(take_at(0), ElementsAre(Slice{2, 0, 1}));
    EXPECT_THAT(take_at(0), ElementsAre(Slice{1, 16, 16}));
    EXPECT_THAT(take_at(0), ElementsAre(Slice{1, 32, 8}));
}

TEST_F(BatchPolicy, ALargeJobTakesTheRestOfTheRoom) {
    for (const std::size_t rows : {100U, 100U, 100U, 80U, 500U})
        wait({.rows = rows});
    EXPECT_EQ((Slice{5, 0, 20}), take_at(0).back());
}

TEST_F(BatchPolicy, ALargeJobDoesNotTakeSoLittleThatItsQueriesWouldCostMore) {
    for (const std::size_t rows : {100U, 100U, 100U, 85U, 500U})
        wait({.rows = rows});
    EXPECT_EQ((Slice{4, 0, 85}), take_at(0).back());
}

TEST_F(BatchPolicy, AnExpiredJobIsNamedAndNeverInABatch) {
    wait({.deadline_ms = 5});
    wait({});
    wait({.deadline_ms = 6});
    const Plan plan = plan_at(5);
    EXPECT_THAT(plan.expired, ElementsAre(1));
    EXPECT_THAT(plan.slices, ElementsAre(Slice{2, 0, 1}, Slice{3, 0, 1}));
}

TEST_F(BatchPolicy, WhenAWholeKeyHasExpiredNothingLeavesBeforeThatIsDealtWith) {
    wait({.deadline_ms = 0});
    wait({.dimension = 2});
    const Plan plan = plan_at(1);
    EXPECT_THAT(plan.expired, ElementsAre(1));
    EXPECT_THAT(plan.slices, IsEmpty());
    EXPECT_EQ(std::nullopt, plan.look_again);
}

class BatchPolicyDelay : public BatchPolicy {
  protected:
    void SetUp() override { terms_.delay_max = milliseconds(8); }
};

TEST_F(BatchPolicyDelay, APartialBatchLeavesWhenItsOldestJobHasWaitedThatLong) {
    wait({.arrived_ms = 1});
    wait({.arrived_ms = 4});
    const Plan early = plan_at(8);
    EXPECT_THAT(early.slices, IsEmpty());
    EXPECT_EQ(at(9), early.look_again);
    EXPECT_THAT(plan_at(9).slices, ElementsAre(Slice{1, 0, 1}, Slice{2, 0, 1}));
}

TEST_F(BatchPolicyDelay, AFullBatchLeavesAtOnce) {
    for (int i = 0; i < 5; ++i)
        wait({.rows = 90});
    EXPECT_EQ(4U, plan_at(0).slices.size());
}

TEST_F(BatchPolicyDelay, ABatchFullToTheLastRowLeavesAtOnce) {
    for (int i = 0; i < 4; ++i)
        wait({.rows = 100});
    EXPECT_EQ(4U, plan_at(0).slices.size());
}

TEST_F(BatchPolicyDelay, ALargeJobIsCompanyEnough) {
    wait({.rows = 1000});
    EXPECT_THAT(plan_at(0).slices, ElementsAre(Slice{1, 0, 400}));
}

TEST_F(BatchPolicyDelay, AJobThatWouldExpireMeanwhileDoesNotWait) {
    wait({.deadline_ms = 8});
    EXPECT_THAT(plan_at(0).slices, ElementsAre(Slice{1, 0, 1}));
}

TEST_F(BatchPolicyDelay, AJobWithALaterDeadlineWaits) {
    wait({.deadline_ms = 9});
    EXPECT_EQ(at(8), plan_at(0).look_again);
}

}  // namespace
}  // namespace qr
