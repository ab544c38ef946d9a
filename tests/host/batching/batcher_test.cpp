#include "host/batching/batcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "tests/support/gated_backend.h"
#include "tests/support/manual_clock.h"

namespace qr {
namespace {

using std::chrono::milliseconds;
using test::GatedBackend;
using test::ManualClock;
using testing::ElementsAre;

// Counts its deliveries and keeps the last one.
class Mailbox {
  public:
    class Sink final : public ReplySink {
      public:
        explicit Sink(Mailbox& box) : box_(box) {}
        void deliver(Result<JobScores> result) noexcept override {
            ++box_.deliveries_;
            box_.promise_.set_value(std::move(result));
        }

      private:
        Mailbox& box_;
    };

    Reply reply() { return Reply(std::make_unique<Sink>(*this)); }
    Result<JobScores> await() { return promise_.get_future().get(); }
    int deliveries() const { return deliveries_; }

  private:
    std::atomic<int> deliveries_ = 0;
    std::promise<Result<JobScores>> promise_;
};

// One query and `documents` rows of dimension 1 whose first document is `mark`.
struct Vectors {
    explicit Vectors(float mark, std::size_t documents = 1) : rows(documents, mark) {}
    ScoreTask task() const {
        return {.queries = {rows.data(), 1, 1},
                .documents = {rows.data(), rows.size(), 1},
                .method = scoring::Method::cosine};
    }
    std::vector<float> rows;
};

Job job_of(const Vectors& vectors, Mailbox& box, int priority = 0) {
    return {.task = vectors.task(),
            .tenant = {},
            .priority = priority,
            .arrived = {},
            .deadline = {},
            .reply = box.reply()};
}

class BatcherTest : public testing::Test {
  protected:
    // Puts one job in flight and holds the backend there, so that later jobs wait.
    void occupy(Batcher& batcher) {
        backend_.shut();
        Job job = job_of(first_, first_box_);
        ASSERT_TRUE(batcher.submit(job).ok());
        backend_.await_batches(1);
    }

    GatedBackend backend_;
    ManualClock clock_;
    Vectors first_{0};
    Mailbox first_box_;
};

TEST_F(BatcherTest, AnswersAJobWithItsOwnScores) {
    Batcher batcher(backend_, clock_, {});
    const Vectors vectors(7);
    Mailbox box;
    Job job = job_of(vectors, box);
    ASSERT_TRUE(batcher.submit(job).ok());
    const Result<JobScores> result = box.await();
    ASSERT_TRUE(result.ok());
    EXPECT_THAT(result->scores.values, ElementsAre(7.0));
    EXPECT_EQ(result->backend, "gated");
}

TEST_F(BatcherTest, WhatWaitsTogetherTravelsTogether) {
    Batcher batcher(backend_, clock_, {});
    occupy(batcher);
    const Vectors a(1), b(2), c(3);
    Mailbox box_a, box_b, box_c;
    for (auto [vectors, box] : {std::pair{&a, &box_a}, {&b, &box_b}, {&c, &box_c}}) {
        Job job = job_of(*vectors, *box);
        ASSERT_TRUE(batcher.submit(job).ok());
    }
    backend_.open();
    EXPECT_TRUE(box_c.await().ok());
    EXPECT_THAT(backend_.batch_sizes(), ElementsAre(1, 3));
}

TEST_F(BatcherTest, ABatchStopsAtItsPairLimitAndALargerJobTravelsAlone) {
    Batcher batcher(backend_, clock_, {.batch_pairs_max = 4});
    occupy(batcher);
    const Vectors three(1, 3), two(2, 2), nine(3, 9);
    Mailbox box_a, box_b, box_c;
    for (auto [vectors, box] : {std::pair{&three, &box_a}, {&two, &box_b}, {&nine, &box_c}}) {
        Job job = job_of(*vectors, *box);
        ASSERT_TRUE(batcher.submit(job).ok());
    }
    backend_.open();
    EXPECT_TRUE(box_c.await().ok());
    EXPECT_THAT(backend_.batch_sizes(), ElementsAre(1, 1, 1, 1));
}

TEST_F(BatcherTest, PriorityZeroLeavesFirstButOnlyTenMillisecondsAStepEarlier) {
    Batcher batcher(backend_, clock_, {.batch_pairs_max = 1});
    occupy(batcher);
    const Vectors low(1), high(2), late(3);
    Mailbox box_low, box_high, box_late;
    Job low_job = job_of(low, box_low, 2);
    ASSERT_TRUE(batcher.submit(low_job).ok());  // effective arrival 20 ms
    clock_.advance(milliseconds(5));
    Job high_job = job_of(high, box_high, 0);
    ASSERT_TRUE(batcher.submit(high_job).ok());  // 5 ms
    clock_.advance(milliseconds(20));
    Job late_job = job_of(late, box_late, 0);
    ASSERT_TRUE(batcher.submit(late_job).ok());  // 25 ms: the low job no longer yields
    backend_.open();
    EXPECT_TRUE(box_late.await().ok());
    EXPECT_THAT(backend_.scored(), ElementsAre(0, 2, 1, 3));
}

TEST_F(BatcherTest, AnExpiredJobIsAnsweredAndNeverScored) {
    Batcher batcher(backend_, clock_, {});
    occupy(batcher);
    const Vectors vectors(9);
    Mailbox box;
    Job job = job_of(vectors, box);
    job.deadline = clock_.now() + milliseconds(5);
    ASSERT_TRUE(batcher.submit(job).ok());
    clock_.advance(milliseconds(5));
    backend_.open();
    const Result<JobScores> result = box.await();
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, Code::deadline_exceeded);
    batcher.stop();
    EXPECT_THAT(backend_.scored(), ElementsAre(0));
}

TEST_F(BatcherTest, RefusesBeyondTheJobLimitAndLeavesTheReplyToTheCaller) {
    Batcher batcher(backend_, clock_, {.queue_jobs_max = 1});
    occupy(batcher);
    const Vectors vectors(1);
    Mailbox taken, refused;
    Job first = job_of(vectors, taken);
    ASSERT_TRUE(batcher.submit(first).ok());
    Job second = job_of(vectors, refused);
    const Result<void> result = batcher.submit(second);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, Code::overloaded);
    EXPECT_EQ(result.error().allowed, "1");
    EXPECT_EQ(refused.deliveries(), 0);
    second.reply.deliver(result.error());
    backend_.open();
    EXPECT_TRUE(taken.await().ok());
}

TEST_F(BatcherTest, RefusesBeyondTheByteLimitUnlessNothingWaits) {
    Batcher batcher(backend_, clock_, {.queue_bytes_max = 16});
    occupy(batcher);
    const Vectors large(1, 100), small(2);
    Mailbox box_large, box_small;
    Job large_job = job_of(large, box_large);
    EXPECT_TRUE(batcher.submit(large_job).ok());
    Job small_job = job_of(small, box_small);
    EXPECT_FALSE(batcher.submit(small_job).ok());
    small_job.reply.deliver(Error{});
    backend_.open();
    EXPECT_TRUE(box_large.await().ok());
}

TEST_F(BatcherTest, StopAnswersWhatWaitsAndFinishesWhatRuns) {
    Batcher batcher(backend_, clock_, {});
    occupy(batcher);
    const Vectors vectors(1);
    Mailbox box;
    Job job = job_of(vectors, box);
    ASSERT_TRUE(batcher.submit(job).ok());
    std::thread stopper([&] { batcher.stop(); });
    EXPECT_EQ(box.await().error().code, Code::unavailable);
    backend_.open();
    EXPECT_TRUE(first_box_.await().ok());
    stopper.join();
    Mailbox late_box;
    Job late = job_of(vectors, late_box);
    EXPECT_EQ(batcher.submit(late).error().code, Code::unavailable);
}

TEST_F(BatcherTest, AFailedBatchAnswersEveryJobWithTheBackendsError) {
    backend_.fail_with(Error{.code = Code::unavailable, .message = "device lost"});
    Batcher batcher(backend_, clock_, {});
    const Vectors vectors(1);
    Mailbox box;
    Job job = job_of(vectors, box);
    ASSERT_TRUE(batcher.submit(job).ok());
    EXPECT_EQ(box.await().error().message, "device lost");
}

TEST_F(BatcherTest, ReportsEachBatch) {
    std::vector<BatchReport> reports;
    {
        Batcher batcher(backend_, clock_, {}, [&](const BatchReport& r) { reports.push_back(r); });
        const Vectors vectors(1, 5);
        Mailbox box;
        Job job = job_of(vectors, box);
        ASSERT_TRUE(batcher.submit(job).ok());
        EXPECT_TRUE(box.await().ok());
    }
    ASSERT_EQ(reports.size(), 1u);
    EXPECT_EQ(reports[0].tasks, 1u);
    EXPECT_EQ(reports[0].pairs, 5u);
}

TEST_F(BatcherTest, ASmallJobThatFindsTheBackendFreeIsScoredByItsSubmitter) {
    backend_.allow_at_once(4);
    Batcher batcher(backend_, clock_, {});
    const Vectors small(7, 4), large(8, 5);
    Mailbox small_box, large_box;
    Job small_job = job_of(small, small_box);
    ASSERT_TRUE(batcher.submit(small_job).ok());
    EXPECT_EQ(small_box.deliveries(), 1);  // before submit() returned
    backend_.shut();
    Job large_job = job_of(large, large_box);
    ASSERT_TRUE(batcher.submit(large_job).ok());
    EXPECT_EQ(large_box.deliveries(), 0);
    backend_.open();
    EXPECT_TRUE(large_box.await().ok());
}

TEST_F(BatcherTest, NothingIsScoredAtOncePastAJobThatRunsOrWaits) {
    backend_.allow_at_once(1);
    Batcher batcher(backend_, clock_, {});
    backend_.shut();
    const Vectors large(1, 2), small(2);
    Mailbox large_box, small_box;
    Job large_job = job_of(large, large_box);
    ASSERT_TRUE(batcher.submit(large_job).ok());
    backend_.await_batches(1);
    Job small_job = job_of(small, small_box);
    ASSERT_TRUE(batcher.submit(small_job).ok());
    EXPECT_EQ(batcher.waiting_jobs(), 1u);
    backend_.open();
    EXPECT_TRUE(small_box.await().ok());
    EXPECT_THAT(backend_.scored(), ElementsAre(1, 2));
}

TEST_F(BatcherTest, AnExpiredJobIsNotScoredAtOnceEither) {
    backend_.allow_at_once(1);
    Batcher batcher(backend_, clock_, {});
    const Vectors vectors(1);
    Mailbox box;
    Job job = job_of(vectors, box);
    job.deadline = clock_.now();
    ASSERT_TRUE(batcher.submit(job).ok());
    EXPECT_EQ(box.await().error().code, Code::deadline_exceeded);
    EXPECT_TRUE(backend_.scored().empty());
}

// With and without scoring at once.
class BatcherProducers : public BatcherTest, public testing::WithParamInterface<std::size_t> {};

INSTANTIATE_TEST_SUITE_P(AtOnce, BatcherProducers, testing::Values(0, 1));

TEST_P(BatcherProducers, GetEveryAnswerExactlyOnce) {
    backend_.allow_at_once(GetParam());
    constexpr std::size_t kProducers = 4, kJobs = 200;
    std::vector<Mailbox> boxes(kProducers * kJobs);
    std::vector<Vectors> vectors;
    for (std::size_t i = 0; i < boxes.size(); ++i)
        vectors.emplace_back(static_cast<float>(i));
    Batcher batcher(backend_, clock_, {.queue_jobs_max = boxes.size(), .batch_pairs_max = 16});
    std::vector<std::thread> producers;
    for (std::size_t p = 0; p < kProducers; ++p) {
        producers.emplace_back([&, p] {
            for (std::size_t i = p; i < boxes.size(); i += kProducers) {
                Job job = job_of(vectors[i], boxes[i], static_cast<int>(i % 3));
                EXPECT_TRUE(batcher.submit(job).ok());
            }
        });
    }
    for (std::thread& producer : producers)
        producer.join();
    for (std::size_t i = 0; i < boxes.size(); ++i) {
        const Result<JobScores> result = boxes[i].await();
        ASSERT_TRUE(result.ok());
        EXPECT_THAT(result->scores.values, ElementsAre(static_cast<double>(i)));
    }
    batcher.stop();
    for (const Mailbox& box : boxes)
        EXPECT_EQ(box.deliveries(), 1);
}

}  // namespace
}  // namespace qr
