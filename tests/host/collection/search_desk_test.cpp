#include "host/collection/search_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <thread>

#include "tests/host/collection/search_mailbox.h"
#include "tests/support/manual_clock.h"
#include "tests/support/stand_in_collection.h"

namespace qr {
namespace {

using test::search_of;
using test::SearchMailbox;
using test::StandInCollection;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

Error broken() {
    return {.code = Code::internal, .message = "broken", .pointer = {}, .found = {}, .allowed = {}};
}

class SearchDeskTest : public testing::Test {
  protected:
    // A search that stays under way until the collection opens.
    void occupy(SearchDesk& desk) {
        papers_->shut();
        SearchJob job = search_of(papers_, first_box_, 0);
        ASSERT_TRUE(desk.submit(job).ok());
        papers_->await_searches(1);
    }

    std::shared_ptr<StandInCollection> papers_ = std::make_shared<StandInCollection>();
    SteadyClock clock_;
    SearchMailbox first_box_;
};

TEST_F(SearchDeskTest, AnswersEveryQueryOfAJob) {
    SearchDesk desk(clock_, {});
    SearchMailbox box;
    SearchJob job = search_of(papers_, box, 5, 3);
    ASSERT_TRUE(desk.submit(job).ok());
    const Result<SearchAnswer> answer = box.await();
    ASSERT_TRUE(answer.ok());
    ASSERT_EQ(3U, answer->results.size());
    EXPECT_EQ(7.0, answer->results[2].hits[0].score);
    EXPECT_TRUE(answer->results[2].is_exact);
    EXPECT_EQ(3U, answer->pass_queries);
}

TEST_F(SearchDeskTest, WhatGathersDuringOnePassLeavesInTheNext) {
    SearchDesk desk(clock_, {});
    occupy(desk);
    std::deque<SearchMailbox> boxes(63);
    for (SearchMailbox& box : boxes) {
        SearchJob job = search_of(papers_, box, 1);
        ASSERT_TRUE(desk.submit(job).ok());
    }
    papers_->open();
    for (SearchMailbox& box : boxes)
        EXPECT_TRUE(box.await().ok());
    EXPECT_THAT(papers_->search_sizes(), ElementsAre(1, 63));
    EXPECT_EQ(2U, papers_->grounds()) << "jobs of a pass share one ground";
}

TEST_F(SearchDeskTest, JobsOnGroundsOfDifferentMomentsAreScannedApart) {
    SearchDesk desk(clock_, {});
    papers_->shut();
    SearchMailbox large_box, small_box;
    SearchJob large = search_of(papers_, large_box, 0, 100);
    ASSERT_TRUE(desk.submit(large).ok());
    papers_->await_searches(1);
    papers_->write();
    SearchJob small = search_of(papers_, small_box, 0);
    ASSERT_TRUE(desk.submit(small).ok());
    papers_->open();
    EXPECT_TRUE(large_box.await().ok());
    EXPECT_TRUE(small_box.await().ok());
    EXPECT_THAT(papers_->search_sizes(), UnorderedElementsAre(64, 36, 1));
}

TEST_F(SearchDeskTest, AFailedGroundFailsItsOwnJobAlone) {
    SearchDesk desk(clock_, {});
    occupy(desk);
    papers_->fail_grounds(broken());
    SearchMailbox plain_box, filtered_box;
    SearchJob plain = search_of(papers_, plain_box, 0);
    SearchJob filtered = search_of(papers_, filtered_box, 0);
    filtered.filter.all_tags = {"red"};
    ASSERT_TRUE(desk.submit(plain).ok());
    ASSERT_TRUE(desk.submit(filtered).ok());
    papers_->open();
    EXPECT_TRUE(plain_box.await().ok());
    EXPECT_EQ("broken", filtered_box.await().error().message);
}

TEST_F(SearchDeskTest, AFailedSearchFailsItsJobs) {
    SearchDesk desk(clock_, {});
    papers_->fail_searches(broken());
    SearchMailbox box;
    SearchJob job = search_of(papers_, box, 0);
    ASSERT_TRUE(desk.submit(job).ok());
    EXPECT_EQ("broken", box.await().error().message);
}

TEST_F(SearchDeskTest, WithDocumentsMissingNoAnswerIsExact) {
    SearchDesk desk(clock_, {});
    papers_->miss(2);
    SearchMailbox box;
    SearchJob job = search_of(papers_, box, 0);
    ASSERT_TRUE(desk.submit(job).ok());
    const Result<SearchAnswer> answer = box.await();
    EXPECT_FALSE(answer->results[0].is_exact);
    EXPECT_EQ(2U, answer->ground.missing);
}

TEST_F(SearchDeskTest, AFullDeskLeavesTheJobToItsCaller) {
    SearchDesk desk(clock_, {.jobs_max = 1});
    occupy(desk);
    SearchMailbox box;
    SearchJob job = search_of(papers_, box, 0);
    const Result<JobId> refused = desk.submit(job);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(Code::overloaded, refused.error().code);
    EXPECT_NE(nullptr, job.sink);
    papers_->open();
}

TEST_F(SearchDeskTest, ADeadlineIsAnsweredWhileThePassRunsOn) {
    SearchDesk desk(clock_, {});
    papers_->shut();
    SearchMailbox box;
    SearchJob job = search_of(papers_, box, 0);
    job.deadline = clock_.now() + std::chrono::milliseconds(1);
    ASSERT_TRUE(desk.submit(job).ok());
    EXPECT_EQ(Code::deadline_exceeded, box.await().error().code);
    papers_->open();
}

TEST_F(SearchDeskTest, ACancelledSearchIsAnsweredOnce) {
    SearchDesk desk(clock_, {});
    occupy(desk);
    SearchMailbox box;
    SearchJob job = search_of(papers_, box, 0);
    const Result<JobId> id = desk.submit(job);
    EXPECT_EQ(1U, desk.waiting_jobs());
    desk.cancel(*id);
    EXPECT_EQ(Code::cancelled, box.await().error().code);
    papers_->open();
    desk.stop();
    EXPECT_EQ(1, box.deliveries());
}

TEST_F(SearchDeskTest, StoppingAnswersWhatWaitsAndRefusesWhatComes) {
    SearchDesk desk(clock_, {});
    occupy(desk);
    SearchMailbox box;
    SearchJob job = search_of(papers_, box, 0);
    ASSERT_TRUE(desk.submit(job).ok());
    std::thread stopper([&] { desk.stop(); });
    EXPECT_EQ(Code::unavailable, box.await().error().code);
    papers_->open();
    stopper.join();
    EXPECT_TRUE(first_box_.await().ok());
    SearchJob late = search_of(papers_, box, 0);
    EXPECT_EQ(Code::unavailable, desk.submit(late).error().code);
}

TEST_F(SearchDeskTest, ManyClientsAreEachAnsweredOnce) {
    SearchDesk desk(clock_, {});
    constexpr int kClients = 8, kSearches = 50;
    std::deque<SearchMailbox> boxes(kClients * kSearches);
    std::vector<std::thread> clients;
    for (int c = 0; c < kClients; ++c) {
        clients.emplace_back([&, c] {
            for (int i = 0; i < kSearches; ++i) {
                SearchMailbox& box = boxes[static_cast<std::size_t>(c * kSearches + i)];
                SearchJob job = search_of(papers_, box, static_cast<float>(i));
                const Result<JobId> id = desk.submit(job);
                if (i % 7 == 3) desk.cancel(*id);
                const Result<SearchAnswer> answer = box.await();
                if (answer.ok()) {
                    EXPECT_EQ(i, answer->results[0].hits[0].score);
                } else {
                    EXPECT_EQ(Code::cancelled, answer.error().code);
                }
            }
        });
    }
    for (std::thread& client : clients)
        client.join();
    for (const SearchMailbox& box : boxes)
        EXPECT_EQ(1, box.deliveries());
}

}  // namespace
}  // namespace qr
