#include "host/collection/search_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "tests/host/collection/search_mailbox.h"
#include "tests/support/stand_in_collection.h"

namespace qr {
namespace {

using std::chrono::milliseconds;
using test::SearchMailbox;
using test::StandInCollection;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TimePoint at(int ms) {
    return TimePoint(milliseconds(ms));
}

class SearchBookTest : public testing::Test {
  protected:
    JobId accept(const std::shared_ptr<StandInCollection>& collection, std::size_t queries,
                 int now_ms = 0, std::optional<int> deadline_ms = std::nullopt) {
        SearchJob job = test::search_of(collection, boxes_.emplace_back(), 1, queries);
        if (deadline_ms) job.deadline = at(*deadline_ms);
        return book_.accept(std::move(job), at(now_ms));
    }
    SearchPass take(int now_ms = 0) {
        SearchPass pass;
        book_.take(at(now_ms), pass, answers_);
        return pass;
    }
    static std::vector<std::size_t> counts(const SearchPass& pass) {
        std::vector<std::size_t> counts;
        for (const SearchPortion& portion : pass)
            counts.push_back(portion.count);
        return counts;
    }

    std::deque<SearchMailbox> boxes_;  // outlives every sink
    std::shared_ptr<StandInCollection> news_ = std::make_shared<StandInCollection>();
    std::shared_ptr<StandInCollection> papers_ = std::make_shared<StandInCollection>();
    SearchBook book_{8};
    UnsentAnswers answers_;
};

TEST_F(SearchBookTest, WhoWaitsForOneCollectionLeavesTogether) {
    accept(news_, 1);
    accept(papers_, 1, 1);
    accept(news_, 3, 2);
    const SearchPass first = take(3), second = take(3);
    EXPECT_THAT(counts(first), ElementsAre(1, 3));
    EXPECT_EQ(news_, first[0].pending->job.collection);
    EXPECT_THAT(counts(second), ElementsAre(1));
    EXPECT_THAT(take(3), IsEmpty());
}

TEST_F(SearchBookTest, APassTakesNoMoreThanItsQueries) {
    accept(news_, 150);
    SearchPass first = take(), second = take(), third = take();
    EXPECT_THAT(counts(first), ElementsAre(64));
    EXPECT_THAT(counts(second), ElementsAre(64));
    EXPECT_THAT(counts(third), ElementsAre(22));
    EXPECT_EQ(128U, third[0].first);
}

TEST_F(SearchBookTest, ALargeJobLeavesRoomForSmallOnes) {
    accept(news_, 200);
    accept(news_, 1, 1);
    EXPECT_THAT(counts(take(2)), ElementsAre(48, 1));
}

TEST_F(SearchBookTest, AJobIsAnsweredWhenItsLastPortionComesBack) {
    accept(news_, 100);
    SearchPass first = take(2), second = take(3);
    book_.give_back(second, at(7), answers_);
    EXPECT_THAT(answers_, IsEmpty());
    book_.give_back(first, at(9), answers_);
    ASSERT_THAT(answers_, SizeIs(1));
    const SearchAnswer& answer = *answers_[0].result;
    EXPECT_THAT(answer.results, SizeIs(100));
    EXPECT_EQ(milliseconds(2), answer.waited);
    EXPECT_EQ(milliseconds(7), answer.searched);
}

TEST_F(SearchBookTest, AFailureEndsTheJobAndItsWaitingQueries) {
    accept(news_, 100);
    SearchPass pass = take();
    pass[0].pending->failure = Error{.code = Code::unavailable, .message = "gone"};
    book_.give_back(pass, at(1), answers_);
    ASSERT_THAT(answers_, SizeIs(1));
    EXPECT_EQ("gone", answers_[0].result.error().message);
    EXPECT_THAT(take(), IsEmpty());
}

TEST_F(SearchBookTest, ADeadlineIsAnsweredEvenWhileThePassRuns) {
    accept(news_, 1, 0, 5);
    SearchPass pass = take(1);
    EXPECT_EQ(at(5), book_.next_deadline());
    book_.expire(at(5), answers_);
    ASSERT_THAT(answers_, SizeIs(1));
    EXPECT_EQ(Code::deadline_exceeded, answers_[0].result.error().code);
    EXPECT_TRUE(pass[0].pending->claim->is_dropped());
    book_.give_back(pass, at(9), answers_);
    EXPECT_THAT(answers_, SizeIs(1));
    EXPECT_EQ(std::nullopt, book_.next_deadline());
}

TEST_F(SearchBookTest, WhatExpiredWhileItWaitedNeverLeaves) {
    accept(news_, 1, 0, 5);
    accept(news_, 2, 1);
    EXPECT_THAT(counts(take(6)), ElementsAre(2));
    ASSERT_THAT(answers_, SizeIs(1));
    EXPECT_EQ(Code::deadline_exceeded, *answers_[0].unsearched);
}

TEST_F(SearchBookTest, ACancelledJobFreesItsPlaceAtOnceWhenItWaits) {
    const JobId id = accept(news_, 1);
    book_.cancel(id, answers_);
    EXPECT_THAT(answers_, SizeIs(1));
    EXPECT_EQ(0U, book_.waiting_jobs());
    book_.cancel(id, answers_);
    EXPECT_THAT(answers_, SizeIs(1));
}

TEST_F(SearchBookTest, ACancelledJobInAPassIsAnsweredWhenThePassIsDone) {
    const JobId id = accept(news_, 1);
    SearchPass pass = take();
    book_.cancel(id, answers_);
    EXPECT_THAT(answers_, IsEmpty());
    book_.give_back(pass, at(1), answers_);
    ASSERT_THAT(answers_, SizeIs(1));
    EXPECT_EQ(Code::cancelled, answers_[0].result.error().code);
}

TEST_F(SearchBookTest, IsFullOfJobsNotOfQueries) {
    for (int i = 0; i < 8; ++i) {
        EXPECT_FALSE(book_.is_full());
        accept(news_, 100);
    }
    EXPECT_TRUE(book_.is_full());
}

TEST_F(SearchBookTest, ClosingAnswersWhatWaitsAndLeavesThePassToFinish) {
    accept(news_, 1);
    SearchPass pass = take();
    accept(news_, 1);
    book_.close(answers_);
    ASSERT_THAT(answers_, SizeIs(1));
    EXPECT_EQ(Code::unavailable, answers_[0].result.error().code);
    book_.give_back(pass, at(1), answers_);
    ASSERT_THAT(answers_, SizeIs(2));
    EXPECT_TRUE(answers_[1].result.ok());
}

}  // namespace
}  // namespace qr
