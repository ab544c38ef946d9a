#include "host/batching/batcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/host/batching/batcher_fixture.h"

namespace qr {
namespace {

using std::chrono::milliseconds;
using test::job_of;
using test::Mailbox;
using test::Vectors;
using testing::ElementsAre;
using testing::SizeIs;

using BatcherTest = test::BatcherFixture;

TEST_F(BatcherTest, AnswersAJobWithItsOwnScores) {
    Batcher batcher(backend_, clock_, {});
    const Vectors vectors(7);
    Mailbox box;
    EXPECT_NE(kNoJob, submit(batcher, job_of(vectors, box)));
    const Result<JobScores> result = box.await();
    ASSERT_TRUE(result.ok());
    EXPECT_THAT(result->scores.values, ElementsAre(7.0));
    EXPECT_EQ("gated", result->backend);
}

TEST_F(BatcherTest, NamesTheBackendThatReallyScored) {
    backend_.call_itself("other");
    Batcher batcher(backend_, clock_, {});
    submit(batcher, job_of(first_, first_box_));
    EXPECT_EQ("other", first_box_.await()->backend);
}

TEST_F(BatcherTest, WhatWaitsTogetherTravelsTogether) {
    Batcher batcher(backend_, clock_, {});
    occupy(batcher);
    const Vectors a(1), b(2), c(3);
    Mailbox box_a, box_b, box_c;
    for (auto [vectors, box] : {std::pair{&a, &box_a}, {&b, &box_b}, {&c, &box_c}})
        submit(batcher, job_of(*vectors, *box));
    EXPECT_EQ(3U, batcher.status().waiting_jobs);
    backend_.open();
    EXPECT_TRUE(box_c.await().ok());
    EXPECT_THAT(backend_.batch_sizes(), ElementsAre(1, 3));
}

TEST_F(BatcherTest, ALargeJobTravelsInSlicesAndComesBackWhole) {
    backend_.limit_batches(64);
    Batcher batcher(backend_, clock_, {});
    Vectors large(5, 200);
    for (std::size_t i = 0; i < large.rows.size(); ++i)
        large.rows[i] = static_cast<float>(i);
    Mailbox box;
    submit(batcher, job_of(large, box));
    const Result<JobScores> result = box.await();
    ASSERT_TRUE(result.ok());
    const std::vector<double> expected(large.rows.begin(), large.rows.end());
    EXPECT_EQ(expected, result->scores.values);
    EXPECT_THAT(backend_.scored(), ElementsAre(0, 64, 128, 192));
}

TEST_F(BatcherTest, SmallJobsPassALargeOneBetweenItsSlices) {
    backend_.limit_batches(64);
    Batcher batcher(backend_, clock_, {});
    const Vectors large(1, 192), small(2, 16);
    Mailbox large_box, small_box;
    backend_.shut();
    submit(batcher, job_of(large, large_box));
    backend_.await_batches(1);
    submit(batcher, job_of(small, small_box));
    backend_.open();
    EXPECT_TRUE(large_box.await().ok());
    EXPECT_TRUE(small_box.await().ok());
    EXPECT_THAT(backend_.scored(), ElementsAre(1, 2, 1, 1, 1));
    EXPECT_THAT(backend_.batch_sizes(), ElementsAre(1, 2, 1, 1));
}

TEST_F(BatcherTest, SeveralLanesScoreSlicesOfOneJobAtTheSameTime) {
    backend_.set_lanes(2);
    backend_.limit_batches(32);
    Batcher batcher(backend_, clock_, {});
    const Vectors large(1, 64);
    for (const std::size_t batches : {2U, 4U, 6U, 8U}) {
        backend_.shut();
        Mailbox box;
        submit(batcher, job_of(large, box));
        backend_.await_batches(batches);  // both halves are in flight together
        for (const LaneStatus& lane : batcher.status().lanes)
            EXPECT_TRUE(lane.busy_since.has_value());
        backend_.open();
        EXPECT_THAT(box.await()->scores.values, SizeIs(64));
    }
}

TEST_F(BatcherTest, UrgentJobsLeaveFirst) {
    backend_.limit_batches(1);
    Batcher batcher(backend_, clock_, {});
    occupy(batcher);
    const Vectors low(1), high(2);
    Mailbox box_low, box_high;
    submit(batcher, job_of(low, box_low, 2));
    clock_.advance(milliseconds(5));
    submit(batcher, job_of(high, box_high, 0));
    backend_.open();
    EXPECT_TRUE(box_low.await().ok());
    EXPECT_THAT(backend_.scored(), ElementsAre(0, 2, 1));
}

TEST_F(BatcherTest, WaitsForCompanyAsLongAsItIsTold) {
    Batcher batcher(backend_, clock_, {.delay_max = milliseconds(1)});
    const Vectors a(1), b(2);
    Mailbox box_a, box_b;
    submit(batcher, job_of(a, box_a));
    submit(batcher, job_of(b, box_b));
    EXPECT_EQ(2U, batcher.status().waiting_jobs);
    clock_.advance(milliseconds(1));
    EXPECT_TRUE(box_a.await().ok());
    EXPECT_TRUE(box_b.await().ok());
    EXPECT_THAT(backend_.batch_sizes(), ElementsAre(2));
}

TEST_F(BatcherTest, AnExpiredJobIsAnsweredAndNeverScored) {
    Batcher batcher(backend_, clock_, {}, &recorder_);
    occupy(batcher);
    const Vectors vectors(9);
    Mailbox box;
    Job job = job_of(vectors, box);
    job.deadline = clock_.now() + milliseconds(5);
    submit(batcher, std::move(job));
    clock_.advance(milliseconds(5));
    EXPECT_EQ(Code::deadline_exceeded, box.await().error().code);  // while the lane is busy
    EXPECT_EQ(0U, batcher.status().waiting_jobs);
    backend_.open();
    batcher.stop();
    EXPECT_THAT(backend_.scored(), ElementsAre(0));
    EXPECT_THAT(recorder_.unscored(), ElementsAre(Code::deadline_exceeded));
}

TEST_F(BatcherTest, TheClerkWakesForEachDeadlineSoonerThanItSleepsTo) {
    Batcher batcher(backend_, clock_, {});
    occupy(batcher);
    for (const int ms : {4, 3, 2, 1}) {
        Mailbox later_box, box;
        const Vectors vectors(1);
        Job later = job_of(vectors, later_box), sooner = job_of(vectors, box);
        later.deadline = clock_.now() + std::chrono::hours(ms);
        sooner.deadline = clock_.now() + milliseconds(ms);
        const JobId id = submit(batcher, std::move(later));
        submit(batcher, std::move(sooner));
        clock_.advance(milliseconds(ms));
        EXPECT_EQ(Code::deadline_exceeded, box.await().error().code);
        batcher.cancel(id);
        EXPECT_EQ(Code::cancelled, later_box.await().error().code);
    }
    backend_.open();
}

TEST_F(BatcherTest, AJobThatExpiresInALaneIsAnsweredAtItsDeadlineAndItsClaimIsDropped) {
    Batcher batcher(backend_, clock_, {}, &recorder_);
    backend_.shut();
    Mailbox box;
    Job job = job_of(std::make_shared<const Vectors>(1), box);
    job.deadline = clock_.now() + milliseconds(5);
    submit(batcher, std::move(job));
    backend_.await_batches(1);
    clock_.advance(milliseconds(5));
    EXPECT_EQ(Code::deadline_exceeded, box.await().error().code);
    backend_.open();
    batcher.stop();
    EXPECT_EQ(1, box.deliveries());
    EXPECT_TRUE(backend_.scored().empty());
    EXPECT_EQ(1U, recorder_.reports().at(0).dropped);
    EXPECT_EQ(0U, recorder_.reports()[0].pairs);
}

TEST_F(BatcherTest, ACancelledJobIsAnsweredAtOnceAndNeverScored) {
    Batcher batcher(backend_, clock_, {}, &recorder_);
    occupy(batcher);
    const Vectors vectors(9);
    Mailbox box;
    const JobId id = submit(batcher, job_of(vectors, box));
    batcher.cancel(id);
    EXPECT_EQ(1, box.deliveries());
    EXPECT_EQ(Code::cancelled, box.await().error().code);
    batcher.cancel(id);
    batcher.cancel(kNoJob);
    backend_.open();
    batcher.stop();
    EXPECT_EQ(1, box.deliveries());
    EXPECT_THAT(backend_.scored(), ElementsAre(0));
    EXPECT_THAT(recorder_.unscored(), ElementsAre(Code::cancelled));
}

TEST_F(BatcherTest, AJobCancelledInALaneIsAnsweredWhenItsBatchIsDone) {
    Batcher batcher(backend_, clock_, {});
    backend_.shut();
    const JobId id = submit(batcher, job_of(first_, first_box_));
    backend_.await_batches(1);
    batcher.cancel(id);
    EXPECT_EQ(0, first_box_.deliveries());
    backend_.open();
    EXPECT_EQ(Code::cancelled, first_box_.await().error().code);
    EXPECT_TRUE(backend_.scored().empty());
}

TEST_F(BatcherTest, RefusesBeyondTheJobLimitAndLeavesTheReplyToTheCaller) {
    Batcher batcher(backend_, clock_, {.jobs_max = 2});
    occupy(batcher);
    const Vectors vectors(1);
    Mailbox taken, refused;
    submit(batcher, job_of(vectors, taken));
    Job job = job_of(vectors, refused);
    const Result<JobId> result = batcher.submit(job);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(Code::overloaded, result.error().code);
    EXPECT_EQ("2", result.error().allowed);
    EXPECT_EQ(0, refused.deliveries());
    job.reply.deliver(result.error());
    backend_.open();
    EXPECT_TRUE(taken.await().ok());
}

TEST_F(BatcherTest, StopAnswersWhatWaitsAndFinishesWhatRuns) {
    Batcher batcher(backend_, clock_, {}, &recorder_);
    occupy(batcher);
    const Vectors vectors(1);
    Mailbox box;
    submit(batcher, job_of(vectors, box));
    std::thread stopper([&] { batcher.stop(); });
    EXPECT_EQ(Code::unavailable, box.await().error().code);
    backend_.open();
    EXPECT_TRUE(first_box_.await().ok());
    stopper.join();
    Mailbox late_box;
    Job late = job_of(vectors, late_box);
    EXPECT_EQ(Code::unavailable, batcher.submit(late).error().code);
    late.reply.deliver(Error{});
    EXPECT_THAT(recorder_.unscored(), ElementsAre(Code::unavailable));
}

TEST_F(BatcherTest, AFailedBatchAnswersEveryJobWithTheBackendsError) {
    backend_.fail_with(Error{.code = Code::unavailable, .message = "device lost"});
    Batcher batcher(backend_, clock_, {}, &recorder_);
    submit(batcher, job_of(first_, first_box_));
    EXPECT_EQ("device lost", first_box_.await().error().message);
    EXPECT_EQ(Code::unavailable, recorder_.reports().at(0).failed);
    EXPECT_EQ(0U, recorder_.reports()[0].pairs);
    EXPECT_TRUE(recorder_.unscored().empty());
}

TEST_F(BatcherTest, ReportsEachBatch) {
    Batcher batcher(backend_, clock_, {}, &recorder_);
    const Vectors vectors(1, 5);
    Mailbox box;
    submit(batcher, job_of(vectors, box));
    EXPECT_TRUE(box.await().ok());
    const BatchReport report = recorder_.reports().at(0);
    EXPECT_EQ(1U, report.jobs);
    EXPECT_EQ(5U, report.rows);
    EXPECT_EQ(5U, report.pairs);
    EXPECT_EQ("gated", report.backend);
    EXPECT_EQ(0U, report.lane);
}

TEST_F(BatcherTest, TellsWhatWaitsAndSinceWhenALaneIsBusy) {
    Batcher batcher(backend_, clock_, {});
    occupy(batcher);
    const TimePoint started = clock_.now();
    clock_.advance(milliseconds(3));
    const Vectors vectors(1, 5);
    Mailbox box;
    submit(batcher, job_of(vectors, box));
    clock_.advance(milliseconds(4));
    const BatcherStatus status = batcher.status();
    EXPECT_EQ(1U, status.waiting_jobs);
    EXPECT_EQ(5U, status.waiting_rows);
    EXPECT_EQ(started + milliseconds(3), status.oldest_waits_since);
    ASSERT_EQ(1U, status.lanes.size());
    EXPECT_EQ(started, status.lanes[0].busy_since);
    EXPECT_EQ(milliseconds(7), status.lanes[0].busy);
    backend_.open();
    EXPECT_TRUE(box.await().ok());
    batcher.stop();
    EXPECT_EQ(2U, batcher.status().lanes[0].batches);
    EXPECT_EQ(std::nullopt, batcher.status().lanes[0].busy_since);
}

}  // namespace
}  // namespace qr
