#include "server/handlers/stage_times.h"

#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"

namespace qr {
namespace {

using std::chrono::microseconds;

TEST(StageTimes, ListsStagesInMillisecondsInOrder) {
    test::ManualClock clock;
    StageTimes times(clock);
    clock.advance(microseconds(1500));
    times.finish("parse");
    times.add("queue", microseconds(6));
    clock.advance(microseconds(40));
    times.finish("print");
    EXPECT_EQ(times.value(), "parse;dur=1.500, queue;dur=0.006, print;dur=0.040");
}

TEST(StageTimes, RestartLeavesOutWhatPassedBefore) {
    test::ManualClock clock;
    StageTimes times(clock);
    clock.advance(microseconds(900));
    times.restart();
    clock.advance(microseconds(2));
    times.finish("print");
    EXPECT_EQ(times.value(), "print;dur=0.002");
}

}  // namespace
}  // namespace qr
