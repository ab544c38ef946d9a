#include "perf/load/tally.h"

#include <gtest/gtest.h>

namespace qr::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Plan two_steps() {
    Plan plan;
    plan.steps = {{10, seconds(1)}, {20, seconds(1)}};
    plan.row = milliseconds(300);
    return plan;
}

TEST(Tally, CountsAnAnswerInTheStepThatMeantItAndGoodputWhereItArrived) {
    Tally tally(two_steps());
    tally.intended(0);
    tally.sent(0, milliseconds(900), milliseconds(2));
    tally.answered(0, milliseconds(900), {.status = 200, .latency = milliseconds(200)});
    EXPECT_EQ(1u, tally.steps()[0].statuses.at(200));
    EXPECT_EQ(milliseconds(200), tally.steps()[0].ok_latency.max());
    EXPECT_EQ(milliseconds(2), tally.steps()[0].lag.max());
    EXPECT_EQ(0u, tally.steps()[0].ok_within);
    EXPECT_EQ(1u, tally.steps()[1].ok_within);
}

TEST(Tally, LeavesOutOfGoodputWhatArrivesAfterTheRun) {
    Tally tally(two_steps());
    tally.answered(1, milliseconds(1900), {.status = 200, .latency = milliseconds(101)});
    EXPECT_EQ(0u, tally.total().ok_within);
    EXPECT_EQ(1u, tally.total().statuses.at(200));
}

TEST(Tally, KeepsRefusalsApartAndNoticesAMissingRetryAfter) {
    Tally tally(two_steps());
    tally.answered(0, {}, {.status = 429, .has_retry_after = true, .latency = milliseconds(1)});
    tally.answered(0, {}, {.status = 429, .has_retry_after = false, .latency = milliseconds(3)});
    tally.answered(0, {}, {.status = 503, .latency = milliseconds(9)});
    const StepTally& step = tally.steps()[0];
    EXPECT_EQ(1u, step.refused_without_retry_after);
    EXPECT_EQ(2u, step.refused_latency.count());
    EXPECT_EQ(milliseconds(3), step.refused_latency.max());
    EXPECT_EQ(milliseconds(9), step.other_latency.max());
    EXPECT_EQ(0u, step.ok_latency.count());
}

TEST(Tally, FillsRowsByTheIntendedTimeTheLastOneShort) {
    Tally tally(two_steps());
    ASSERT_EQ(7u, tally.rows().size());
    tally.sent(1, milliseconds(1999), {});
    tally.answered(1, milliseconds(1999), {.status = 200, .latency = seconds(5)});
    tally.answered(0, milliseconds(299), {.status = 429});
    tally.answered(0, milliseconds(300), {.status = 404});
    tally.failed(0, milliseconds(300), Failure::timeout, "late");
    EXPECT_EQ(1u, tally.rows()[6].sent);
    EXPECT_EQ(1u, tally.rows()[6].ok);
    EXPECT_EQ(seconds(5), tally.rows()[6].ok_latency.max());
    EXPECT_EQ(1u, tally.rows()[0].refused);
    EXPECT_EQ(1u, tally.rows()[1].other);
    EXPECT_EQ(1u, tally.rows()[1].failed);
}

TEST(Tally, SumsItsStepsAndRemembersTheFirstReasonOfAFailure) {
    Tally tally(two_steps());
    tally.intended(0);
    tally.intended(1);
    tally.failed(0, {}, Failure::reset, "first");
    tally.failed(1, seconds(1), Failure::reset, "second");
    const StepTally total = tally.total();
    EXPECT_EQ(2u, total.intended);
    EXPECT_EQ(2u, total.failures[static_cast<std::size_t>(Failure::reset)]);
    EXPECT_EQ("first", tally.examples().at(Failure::reset));
}

}  // namespace
}  // namespace qr::load
