#include "host/batching/waiting_queue.h"

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

constexpr BatchKey kSmall{1, Method::cosine};
constexpr BatchKey kLarge{1024, Method::cosine};

struct Arrival {
    int ms = 0;
    std::string tenant = {};
    int priority = 0;
    std::size_t rows = 1;
    BatchKey key = kSmall;
};

class WaitingQueueTest : public testing::Test {
  protected:
    // Ids count from 1.
    WaitingQueue::Ticket add(const Arrival& arrival) {
        return queue_.add(
            ++last_, arrival.key, arrival.tenant,
            {.arrived = at(arrival.ms), .priority = arrival.priority, .rows_left = arrival.rows});
    }
    std::vector<JobId> order() const {
        std::vector<JobId> ids;
        if (queue_.foremost() == nullptr) return ids;
        for (const auto& [position, job] : *queue_.foremost())
            ids.push_back(position.id);
        return ids;
    }

    WaitingQueue queue_;
    JobId last_ = 0;
};

TEST_F(WaitingQueueTest, AtFirstNobodyIsForemost) {
    EXPECT_EQ(nullptr, queue_.foremost());
    EXPECT_TRUE(queue_.empty());
}

TEST_F(WaitingQueueTest, WithoutTenantsJobsStandInTheOrderOfArrival) {
    for (const int ms : {0, 0, 1, 1, 2})
        add({.ms = ms});
    EXPECT_THAT(order(), ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(WaitingQueueTest, ATenantsJobsKeepTheirOrderWhileItsCrowdShrinks) {
    std::vector<WaitingQueue::Ticket> tickets;
    for (int i = 0; i < 6; ++i)
        tickets.push_back(add({.ms = 0, .tenant = "a"}));
    for (int i = 0; i < 4; ++i)
        queue_.remove(tickets[static_cast<std::size_t>(i)]);
    add({.ms = 1, .tenant = "a"});
    EXPECT_THAT(order(), ElementsAre(5, 6, 7));
}

TEST_F(WaitingQueueTest, APriorityIsWorthTenMillisecondsOfWaiting) {
    add({.ms = 0, .priority = 2});
    add({.ms = 19, .priority = 0});
    add({.ms = 21, .priority = 0});
    add({.ms = 9, .priority = 1});
    EXPECT_THAT(order(), ElementsAre(2, 4, 1, 3));
}

TEST_F(WaitingQueueTest, UrgentJobsStandFirstHoweverManyOfTheSameTenantWait) {
    for (int i = 0; i < 50; ++i)
        add({.ms = 0, .tenant = "a", .priority = 1});
    add({.ms = 1, .tenant = "a", .priority = 0});
    EXPECT_EQ(51U, order().front());
}

TEST_F(WaitingQueueTest, ManyUrgentJobsAreNotOvertakenByALessUrgentOneOfTheirTenant) {
    for (int i = 0; i < 50; ++i)
        add({.ms = 0, .tenant = "a", .priority = 0});
    add({.ms = 0, .tenant = "a", .priority = 1});
    EXPECT_EQ(51U, order().back());
}

TEST_F(WaitingQueueTest, ATenantWithOneJobPassesAFloodOfAnother) {
    for (int i = 0; i < 10; ++i)
        add({.ms = 0, .tenant = "flood"});
    add({.ms = 3, .tenant = "single"});
    EXPECT_THAT(order(), ElementsAre(1, 2, 3, 4, 11, 5, 6, 7, 8, 9, 10));
}

TEST_F(WaitingQueueTest, ATenantsPenaltyEndsWithItsFlood) {
    std::vector<WaitingQueue::Ticket> tickets;
    for (int i = 0; i < 10; ++i)
        tickets.push_back(add({.ms = 0, .tenant = "flood"}));
    for (const auto& ticket : tickets)
        queue_.remove(ticket);
    add({.ms = 1, .tenant = "flood"});
    add({.ms = 2, .tenant = "single"});
    EXPECT_THAT(order(), ElementsAre(11, 12));
}

TEST_F(WaitingQueueTest, AJobThatHadASliceStandsBehindTheOnesThatCameWithinTenMilliseconds) {
    auto large = add({.ms = 0, .rows = 100});
    add({.ms = 9});
    add({.ms = 11});
    EXPECT_TRUE(queue_.take(large, 30, at(0)));
    EXPECT_THAT(order(), ElementsAre(2, 1, 3));
    const WaitingJob& rest = std::next(queue_.foremost()->begin())->second;
    EXPECT_EQ(30U, rest.first_row);
    EXPECT_EQ(70U, rest.rows_left);
    EXPECT_EQ(72U, queue_.rows());
}

TEST_F(WaitingQueueTest, HoweverManySlicesItHadItStandsNoFurtherBackThanANewcomer) {
    auto large = add({.ms = 0, .priority = 1, .rows = 100});
    for (int i = 0; i < 50; ++i)
        EXPECT_TRUE(queue_.take(large, 1, at(5)));
    add({.ms = 14, .priority = 1});
    add({.ms = 16, .priority = 1});
    EXPECT_THAT(order(), ElementsAre(2, 1, 3));
}

TEST_F(WaitingQueueTest, AJobWhoseLastRowsWereTakenHasGone) {
    auto job = add({.ms = 0, .rows = 5});
    EXPECT_TRUE(queue_.take(job, 3, at(0)));
    EXPECT_EQ(3U, queue_.foremost()->begin()->second.first_row);
    EXPECT_FALSE(queue_.take(job, 2, at(0)));
    EXPECT_TRUE(queue_.empty());
    EXPECT_EQ(0U, queue_.rows());
}

TEST_F(WaitingQueueTest, KeysTakeTurnsByTheirForemostJobs) {
    add({.ms = 0});
    add({.ms = 2});
    auto other = add({.ms = 1, .rows = 10, .key = kLarge});
    add({.ms = 3, .key = kLarge});
    EXPECT_THAT(order(), ElementsAre(1, 2));
    const auto first = add({.ms = -1, .key = kLarge});
    EXPECT_THAT(order(), ElementsAre(5, 3, 4));
    queue_.remove(first);
    EXPECT_THAT(order(), ElementsAre(1, 2));
    queue_.take(other, 1, at(1));
    EXPECT_THAT(order(), ElementsAre(1, 2));
}

TEST_F(WaitingQueueTest, AKeyComesToTheFrontWhenTheOthersFrontLeaves) {
    const auto first = add({.ms = 0});
    add({.ms = 2});
    add({.ms = 1, .key = kLarge});
    queue_.remove(first);
    EXPECT_THAT(order(), ElementsAre(3));
}

TEST_F(WaitingQueueTest, MethodsAreDifferentKeys) {
    add({.ms = 0, .key = {1, Method::cosine}});
    add({.ms = 0, .key = {1, Method::fidelity}});
    EXPECT_THAT(order(), ElementsAre(1));
    EXPECT_EQ(2U, queue_.jobs());
}

}  // namespace
}  // namespace qr
