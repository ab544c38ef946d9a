// Scoring by the thread that submits.
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

using BatcherAtOnce = test::BatcherFixture;

TEST_F(BatcherAtOnce, AJobThatComesTooLateIsNotEvenScoredAtOnce) {
    backend_.allow_at_once(1);
    Batcher batcher(backend_, clock_, {}, &recorder_);
    const Vectors vectors(1);
    Mailbox box;
    Job job = job_of(vectors, box);
    job.deadline = clock_.now();
    EXPECT_EQ(kNoJob, submit(batcher, std::move(job)));
    EXPECT_EQ(Code::deadline_exceeded, box.await().error().code);
    EXPECT_TRUE(backend_.batch_sizes().empty());
    EXPECT_THAT(recorder_.unscored(), ElementsAre(Code::deadline_exceeded));
}

TEST_F(BatcherAtOnce, ASmallJobThatFindsALaneFreeIsScoredByItsSubmitter) {
    backend_.allow_at_once(4);
    Batcher batcher(backend_, clock_, {});
    const Vectors small(7, 4), large(8, 5);
    Mailbox small_box, large_box;
    EXPECT_EQ(kNoJob, submit(batcher, job_of(small, small_box)));
    EXPECT_EQ(1, small_box.deliveries());  // before submit() returned
    EXPECT_EQ(1U, batcher.status().lanes.at(0).batches);
    backend_.shut();
    submit(batcher, job_of(large, large_box));
    EXPECT_EQ(0, large_box.deliveries());
    backend_.open();
    EXPECT_TRUE(large_box.await().ok());
}

TEST_F(BatcherAtOnce, NothingIsScoredAtOncePastAJobThatRunsOrWaits) {
    backend_.allow_at_once(1);
    Batcher batcher(backend_, clock_, {});
    backend_.shut();
    const Vectors large(1, 2), small(2);
    Mailbox large_box, small_box;
    submit(batcher, job_of(large, large_box));
    backend_.await_batches(1);
    submit(batcher, job_of(small, small_box));
    EXPECT_EQ(1U, batcher.status().waiting_jobs);
    backend_.open();
    EXPECT_TRUE(small_box.await().ok());
    EXPECT_THAT(backend_.scored(), ElementsAre(1, 2));
}

TEST_F(BatcherAtOnce, ASmallJobJoinsWhatWaitsForCompanyThoughALaneIsFree) {
    backend_.allow_at_once(1);
    Batcher batcher(backend_, clock_, {.delay_max = milliseconds(1)});
    const Vectors large(1, 2), small(2);
    Mailbox large_box, small_box;
    submit(batcher, job_of(large, large_box));
    submit(batcher, job_of(small, small_box));
    EXPECT_EQ(0, small_box.deliveries());
    clock_.advance(milliseconds(1));
    EXPECT_TRUE(small_box.await().ok());
    EXPECT_THAT(backend_.batch_sizes(), ElementsAre(2));
}

TEST_F(BatcherAtOnce, AJobThatFindsALaneTakenByASubmitterIsScoredWhenThatLeaves) {
    backend_.allow_at_once(1);
    Batcher batcher(backend_, clock_, {});
    backend_.shut();
    std::thread submitter([&] { submit(batcher, job_of(first_, first_box_)); });
    backend_.await_batches(1);
    const Vectors vectors(2);
    Mailbox box;
    submit(batcher, job_of(vectors, box));
    backend_.open();
    submitter.join();
    EXPECT_TRUE(box.await().ok());
}

TEST_F(BatcherAtOnce, StopWaitsForASubmitterInALane) {
    backend_.allow_at_once(1);
    Batcher batcher(backend_, clock_, {});
    backend_.shut();
    std::thread submitter([&] { submit(batcher, job_of(first_, first_box_)); });
    backend_.await_batches(1);
    std::thread stopper([&] {
        batcher.stop();
        EXPECT_EQ(1, first_box_.deliveries());
    });
    backend_.open();
    stopper.join();
    submitter.join();
}

}  // namespace
}  // namespace qr
