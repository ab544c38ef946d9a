#include "perf/load/tally.h"

#include <gtest/gtest.h>

namespace qr::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Ask ask(Duration intended, std::size_t step = 0, std::size_t request = 0) {
    return {.intended = intended, .step = step, .request = request};
}

Plan two_steps() {
    Plan plan;
    plan.steps = {{10, seconds(1)}, {20, seconds(1)}};
    plan.row = milliseconds(300);
    return plan;
}

TEST(Tally, CountsAnAnswerInTheStepThatMeantItAndGoodputWhereItArrived) {
    Tally tally(two_steps());
    tally.intended(ask({}));
    tally.sent(ask(milliseconds(900)), milliseconds(2));
    tally.answered(ask(milliseconds(900)), {.status = 200, .latency = milliseconds(200)});
    EXPECT_EQ(1u, tally.steps()[0].statuses.at(200));
    EXPECT_EQ(milliseconds(200), tally.steps()[0].ok_latency.max());
    EXPECT_EQ(milliseconds(2), tally.steps()[0].lag.max());
    EXPECT_EQ(0u, tally.steps()[0].ok_within);
    EXPECT_EQ(1u, tally.steps()[1].ok_within);
}

TEST(Tally, LeavesOutOfGoodputWhatArrivesAfterTheRun) {
    Tally tally(two_steps());
    tally.answered(ask(milliseconds(1900), 1), {.status = 200, .latency = milliseconds(101)});
    EXPECT_EQ(0u, tally.total().ok_within);
    EXPECT_EQ(1u, tally.total().statuses.at(200));
}

TEST(Tally, KeepsRefusalsApartAndNoticesAMissingRetryAfter) {
    Tally tally(two_steps());
    tally.answered(ask({}), {.status = 429, .has_retry_after = true, .latency = milliseconds(1)});
    tally.answered(ask({}), {.status = 429, .has_retry_after = false, .latency = milliseconds(3)});
    tally.answered(ask({}), {.status = 503, .latency = milliseconds(9)});
    const Counts& step = tally.steps()[0];
    EXPECT_EQ(1u, step.refused_without_retry_after);
    EXPECT_EQ(2u, step.refused_latency.count());
    EXPECT_EQ(milliseconds(3), step.refused_latency.max());
    EXPECT_EQ(milliseconds(9), step.other_latency.max());
    EXPECT_EQ(0u, step.ok_latency.count());
}

TEST(Tally, FillsRowsByTheIntendedTimeTheLastOneShort) {
    Tally tally(two_steps());
    ASSERT_EQ(7u, tally.rows().size());
    tally.sent(ask(milliseconds(1999), 1), {});
    tally.answered(ask(milliseconds(1999), 1), {.status = 200, .latency = seconds(5)});
    tally.answered(ask(milliseconds(299)), {.status = 429});
    tally.answered(ask(milliseconds(300)), {.status = 404});
    tally.failed(ask(milliseconds(300)), Failure::timeout, "late");
    EXPECT_EQ(1u, tally.rows()[6].sent);
    EXPECT_EQ(1u, tally.rows()[6].ok);
    EXPECT_EQ(seconds(5), tally.rows()[6].ok_latency.max());
    EXPECT_EQ(1u, tally.rows()[0].refused);
    EXPECT_EQ(1u, tally.rows()[1].other);
    EXPECT_EQ(1u, tally.rows()[1].failed);
}

TEST(Tally, SumsItsStepsAndRemembersTheFirstReasonOfAFailure) {
    Tally tally(two_steps());
    tally.intended(ask({}));
    tally.intended(ask(seconds(1), 1));
    tally.failed(ask({}), Failure::reset, "first");
    tally.failed(ask(seconds(1), 1), Failure::reset, "second");
    const Counts total = tally.total();
    EXPECT_EQ(2u, total.intended);
    EXPECT_EQ(2u, total.failures[static_cast<std::size_t>(Failure::reset)]);
    EXPECT_EQ("first", tally.examples().at(Failure::reset));
}

TEST(Tally, TellsRequestsApartAndCountsEachInTheWholeToo) {
    Plan plan = two_steps();
    plan.requests = {{.name = "a"}, {.name = "b"}};
    Tally tally(plan);
    for (const std::size_t request : {0u, 1u, 1u}) {
        const Ask each = ask(milliseconds(1), 0, request);
        tally.intended(each);
        tally.sent(each, {});
        tally.answered(each, {.status = request == 0 ? 429 : 200, .latency = milliseconds(2)});
    }
    EXPECT_EQ(1u, tally.requests()[0].refused_latency.count());
    EXPECT_EQ(2u, tally.requests()[1].ok_latency.count());
    EXPECT_EQ(2u, tally.requests()[1].ok_within);
    EXPECT_EQ(3u, tally.total().sent);
    EXPECT_EQ(2u, tally.total().ok_within);
}

TEST(Tally, LeavesOutWhatWasMeantBeforeTheRunBegan) {
    Tally tally(two_steps());
    const Ask early = ask(milliseconds(-1));
    tally.intended(early);
    tally.sent(early, milliseconds(5));
    tally.answered(early, {.status = 200, .latency = milliseconds(10)});
    tally.failed(early, Failure::timeout, "late");
    EXPECT_EQ(0u, tally.total().intended);
    EXPECT_EQ(0u, tally.total().lag.count());
    EXPECT_EQ(0u, tally.total().ok_within);
    EXPECT_EQ(0u, tally.total().failed());
    EXPECT_TRUE(tally.examples().empty());
    EXPECT_EQ(0u, tally.rows()[0].ok);
}

}  // namespace
}  // namespace qr::load
