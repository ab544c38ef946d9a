#include "perf/load/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace qr::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

TEST(Summary, HasALineForEachStepAndRequestAndTheWhole) {
    Plan plan;
    plan.scenario = "burst";
    plan.loop = Loop::open;
    plan.steps = {{10, seconds(1)}, {10, seconds(1), 30}};
    plan.requests = {{.name = "small"}, {.name = "large"}};
    plan.warm_up = seconds(2);
    Tally tally(plan);
    for (const std::size_t step : {0u, 1u, 1u}) {
        const Ask ask{.intended = seconds(step), .step = step, .request = step};
        tally.sent(ask, {});
        tally.answered(ask, {.status = 200, .latency = milliseconds(step + 1)});
    }
    tally.failed({}, Failure::handshake, "certificate: has expired");
    const std::string summary =
        print_summary(plan, {.tally = tally, .wall = seconds(2), .connections_opened = 7});
    EXPECT_THAT(summary, HasSubstr("burst, open loop, 2 s of warm-up not counted, 2.0 s, 7 conn"));
    EXPECT_THAT(summary, HasSubstr("\n10/s x1s                     1         1         0"));
    EXPECT_THAT(summary, HasSubstr("\n10..30/s x1s                 2         2         0"));
    EXPECT_THAT(summary, HasSubstr("\nsmall                        1         1         0"));
    EXPECT_THAT(summary, HasSubstr("\nlarge                        2         2         0"));
    EXPECT_THAT(summary, HasSubstr("\ntotal                        3         3         0         0"
                                   "         1       2      2.00      2.00      2.00      2.00\n"));
    EXPECT_THAT(summary, HasSubstr("percentiles of 2xx, ms:  0: 1.0"));
    EXPECT_THAT(summary, HasSubstr("failed (handshake), for example: certificate: has expired\n"));
    EXPECT_THAT(summary, Not(HasSubstr("tool itself")));
}

TEST(Summary, ShowsNoLatencyWhereNothingWasAnswered) {
    Plan plan;
    plan.steps = {{0, seconds(1)}};
    const std::string summary = print_summary(plan, {.tally = Tally(plan), .wall = seconds(1)});
    EXPECT_THAT(summary, HasSubstr("         -         -         -         -\n"));
    EXPECT_THAT(summary, HasSubstr("closed loop of 1"));
}

}  // namespace
}  // namespace qr::load
