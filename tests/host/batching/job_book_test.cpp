#include "host/batching/job_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "tests/host/batching/at.h"
#include "tests/host/batching/mailbox.h"

namespace qr {
namespace {

using std::chrono::milliseconds;
using test::at;
using test::job_of;
using test::Mailbox;
using test::Vectors;
using testing::ElementsAre;

class JobBookTest : public testing::Test {
  protected:
    JobId accept(std::size_t documents, int deadline_ms = 1000) {
        vectors_.push_back(std::make_shared<Vectors>(1, documents));
        Job job = job_of(vectors_.back(), boxes_.emplace_back());
        job.deadline = at(deadline_ms);
        return book_.accept(std::move(job), at(0));
    }
    JobBook::Load take(int ms = 0) {
        JobBook::Load load;
        look_again_ = book_.take(at(ms), load, answers_);
        return load;
    }
    void give_back(JobBook::Load& load, TaskScores (*score)(const ScoreTask&) = &ones) {
        for (std::size_t i = 0; i < load.portions.size(); ++i)
            load.portions[i].add(score(load.batch.tasks[i]));
        load.batch.tasks.clear();
        book_.give_back(load, {.scored_at = at(9), .backend = "test"}, answers_);
    }
    static TaskScores ones(const ScoreTask& task) {
        return {.values = std::vector<double>(task.documents.rows, 1.0)};
    }
    static TaskScores bad(const ScoreTask&) {
        return {.fault = RowFault{RowFault::Side::document, RowFault::Kind::zero_vector, 3, 0}};
    }
    static TaskScores left_out(const ScoreTask&) { return {.is_dropped = true}; }

    std::deque<Mailbox> boxes_;  // outlives every reply
    std::vector<std::shared_ptr<Vectors>> vectors_;
    JobBook book_{3, {.multiply_adds_max = 64}};
    Answers answers_;
    std::optional<TimePoint> look_again_;
};

TEST_F(JobBookTest, AJobIsAnsweredWhenItsLastSliceComesBack) {
    accept(100);
    JobBook::Load first = take(2), second = take(3);
    EXPECT_EQ(64U, first.batch.tasks.at(0).documents.rows);
    EXPECT_EQ(36U, second.batch.tasks.at(0).documents.rows);
    give_back(second);
    EXPECT_TRUE(answers_.empty());
    give_back(first);
    ASSERT_EQ(1U, answers_.size());
    const JobScores& scores = *answers_[0].result;
    EXPECT_EQ(100U, scores.scores.values.size());
    EXPECT_EQ("test", scores.backend);
    EXPECT_EQ(milliseconds(2), scores.waited);
    EXPECT_EQ(milliseconds(7), scores.scored);
}

TEST_F(JobBookTest, AfterABadRowNoFurtherSliceIsTaken) {
    accept(200);
    JobBook::Load first = take();
    give_back(first, &bad);
    EXPECT_TRUE(take().portions.empty());
    ASSERT_EQ(1U, answers_.size());
    EXPECT_TRUE(answers_[0].result->scores.fault.has_value());
}

TEST_F(JobBookTest, AFaultWaitsForTheSlicesBeforeIt) {
    accept(200);
    JobBook::Load first = take(), second = take();
    give_back(second, &bad);
    EXPECT_TRUE(answers_.empty());
    give_back(first);
    EXPECT_EQ(64U + 3U, answers_.at(0).result->scores.fault->row);
}

TEST_F(JobBookTest, AFailedBatchEndsItsJobsWithoutFurtherSlices) {
    accept(200);
    JobBook::Load load = take();
    book_.give_back(load, {.failure = Error{.code = Code::unavailable, .message = "lost"}},
                    answers_);
    EXPECT_EQ("lost", answers_.at(0).result.error().message);
    EXPECT_EQ(std::nullopt, answers_[0].unscored);
    EXPECT_EQ(0U, book_.waiting_jobs());
}

TEST_F(JobBookTest, IsFullWithWhatWaitsAndWhatIsInLanes) {
    accept(1);
    JobBook::Load load = take();
    accept(1);
    accept(1);
    EXPECT_TRUE(book_.is_full());
    give_back(load);
    EXPECT_FALSE(book_.is_full());
}

TEST_F(JobBookTest, CancellingAWaitingJobAnswersIt) {
    const JobId id = accept(1);
    book_.cancel(id, answers_);
    EXPECT_EQ(Code::cancelled, answers_.at(0).unscored);
    book_.cancel(id, answers_);
    EXPECT_EQ(1U, answers_.size());
    EXPECT_TRUE(take().portions.empty());
}

TEST_F(JobBookTest, CancellingAJobInALaneDropsItsClaimAndAnswersItWhenItComesBack) {
    const JobId id = accept(100);
    JobBook::Load load = take();
    book_.cancel(id, answers_);
    EXPECT_TRUE(load.batch.tasks[0].claim->is_dropped());
    EXPECT_TRUE(answers_.empty());
    EXPECT_EQ(0U, book_.waiting_rows());
    give_back(load, &left_out);
    EXPECT_EQ(Code::cancelled, answers_.at(0).unscored);
}

TEST_F(JobBookTest, TellsTheNextDeadlineOfWhatIsNotAnswered) {
    EXPECT_EQ(std::nullopt, book_.next_deadline());
    const JobId sooner = accept(1, 5);
    accept(1, 7);
    EXPECT_EQ(at(5), book_.next_deadline());
    book_.cancel(sooner, answers_);
    EXPECT_EQ(at(7), book_.next_deadline());
}

TEST_F(JobBookTest, AnExpiredJobInALaneIsAnsweredNowAndNotAgain) {
    accept(100, 5);
    JobBook::Load load = take();
    book_.expire(at(5), answers_);
    ASSERT_EQ(1U, answers_.size());
    EXPECT_EQ(Code::deadline_exceeded, answers_[0].unscored);
    EXPECT_TRUE(load.batch.tasks[0].claim->is_dropped());
    give_back(load);
    EXPECT_EQ(1U, answers_.size());
    EXPECT_FALSE(book_.is_full());
}

TEST_F(JobBookTest, TheVectorsOfAnExpiredJobOutliveItsAnswer) {
    accept(1, 5);
    const std::weak_ptr<Vectors> vectors = vectors_[0];
    vectors_.clear();
    JobBook::Load load = take();
    book_.expire(at(5), answers_);
    answers_.clear();
    EXPECT_FALSE(vectors.expired());
    give_back(load);
    EXPECT_TRUE(vectors.expired());
}

TEST_F(JobBookTest, AnExpiredJobWhoseVectorsNobodyKeepsIsAnsweredWhenNoLaneReadsThem) {
    const Vectors vectors(1);
    Job job = job_of(vectors, boxes_.emplace_back());
    job.deadline = at(5);
    book_.accept(std::move(job), at(0));
    JobBook::Load load = take();
    book_.expire(at(5), answers_);
    EXPECT_TRUE(answers_.empty());
    give_back(load);
    EXPECT_EQ(Code::deadline_exceeded, answers_.at(0).unscored);
}

TEST_F(JobBookTest, AJobFoundExpiredIsAnsweredAndTheNextKeyLeaves) {
    accept(1, 5);
    const Vectors vectors(1);
    Job job = job_of(vectors, boxes_.emplace_back());
    job.task.method = scoring::Method::dot;
    book_.accept(std::move(job), at(0));
    const JobBook::Load load = take(6);
    EXPECT_EQ(Code::deadline_exceeded, answers_.at(0).unscored);
    ASSERT_EQ(1U, load.batch.tasks.size());
    EXPECT_EQ(scoring::Method::dot, load.batch.tasks[0].method);
}

TEST_F(JobBookTest, ClosingAnswersWhatWaitsAndLeavesWhatIsInLanes) {
    accept(64);
    JobBook::Load whole = take();
    accept(100);
    JobBook::Load part = take();
    accept(1);
    book_.close(answers_);
    ASSERT_EQ(1U, answers_.size());
    EXPECT_EQ(Code::unavailable, answers_[0].unscored);
    give_back(part);
    EXPECT_EQ(Code::unavailable, answers_.at(1).unscored);
    give_back(whole);
    EXPECT_TRUE(answers_.at(2).result.ok());
}

TEST_F(JobBookTest, TellsSinceWhenTheOldestWaits) {
    EXPECT_EQ(std::nullopt, book_.oldest_waits_since());
    accept(64);
    JobBook::Load load = take();
    EXPECT_EQ(std::nullopt, book_.oldest_waits_since());
    const Vectors vectors(1);
    book_.accept(job_of(vectors, boxes_.emplace_back()), at(3));
    EXPECT_EQ(at(3), book_.oldest_waits_since());
    give_back(load);
    book_.close(answers_);
}

TEST_F(JobBookTest, AJobForALaneNeverWaits) {
    JobBook::Load load;
    vectors_.push_back(std::make_shared<Vectors>(1, 9));
    book_.accept_into_lane(job_of(vectors_.back(), boxes_.emplace_back()), at(0), load);
    EXPECT_EQ(0U, book_.waiting_jobs());
    EXPECT_EQ(9U, load.batch.tasks.at(0).documents.rows);
    give_back(load);
    EXPECT_EQ(9U, answers_.at(0).result->scores.values.size());
}

}  // namespace
}  // namespace qr
