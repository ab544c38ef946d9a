// What the monitor makes of lanes, jobs and loops that do not move, and of time it was not run.
#include "tests/host/health/monitor_fixture.h"

namespace qr::test {
namespace {

struct StuckRow {
    const char* what;
    void (*show)(HealthMonitor& monitor, TimePoint since);
    bool is_stuck;
};

TEST_F(Monitor, WhatDoesNotMoveIsStuckAndEndsTheProcess) {
    const StuckRow rows[] = {
        {"lane 1 is at one batch for longer than 5000 ms",
         [](HealthMonitor& m, TimePoint since) {
             m.on_batcher({.lanes = {{}, {.busy_since = since}}});
         },
         true},
        {"a job waits beside a free lane for longer than 5000 ms",
         [](HealthMonitor& m, TimePoint since) {
             m.on_batcher({.waiting_jobs = 1, .oldest_waits_since = since, .lanes = {{}}});
         },
         true},
        {"event loop 1 has been silent for longer than 5000 ms",
         [](HealthMonitor& m, TimePoint since) {
             m.on_loops({since + seconds(30), since});
         },
         true},
        {"jobs wait while the only lane goes on to new batches",
         [](HealthMonitor& m, TimePoint since) {
             m.on_batcher({.waiting_jobs = 9,
                           .oldest_waits_since = since,
                           .lanes = {{.busy_since = since + seconds(30)}}});
         },
         false},
        {"an idle batcher",
         [](HealthMonitor& m, TimePoint) {
             m.on_batcher({.lanes = {{}, {}}});
         },
         false},
    };
    for (const StuckRow& row : rows) {
        SCOPED_TRACE(row.what);
        now_ = kStart;
        monitor_ = HealthMonitor(limits_of(GpuLossAction::degrade), kStart);
        load_cpu();
        row.show(monitor_, now_);
        EXPECT_EQ(HealthState::ready, after(seconds(5)).state);
        EXPECT_TRUE(monitor_.report().is_moving);
        after(milliseconds(250));
        EXPECT_EQ(row.is_stuck ? HealthState::failing : HealthState::ready,
                  monitor_.report().state);
        EXPECT_EQ(!row.is_stuck, monitor_.report().is_moving);
        EXPECT_FALSE(after(milliseconds(4750)).end.has_value());
        const HealthReport& report = after(milliseconds(250));
        ASSERT_EQ(row.is_stuck, report.end.has_value());
        if (row.is_stuck) {
            EXPECT_EQ((EndOfProcess{1, row.what}), report.end);
        }
    }
}

TEST_F(Monitor, WhatMovesAgainIsNoLongerStuck) {
    load_cpu();
    monitor_.on_batcher({.lanes = {{.busy_since = now_}}});
    EXPECT_EQ(HealthState::failing, after(seconds(6)).state);
    monitor_.on_batcher({.lanes = {{.busy_since = now_}}});
    EXPECT_EQ(HealthState::ready, state());
}

// A stopped container, a suspended machine: the clock went on and nobody was to blame.
TEST_F(Monitor, BlamesNobodyForTimeInWhichTheProcessWasNotRun) {
    load_cpu();
    monitor_.on_batcher({.lanes = {{.busy_since = now_}}});
    monitor_.on_loops({now_});
    monitor_.on_canary_out(0, now_);
    monitor_.evaluate(now_);
    now_ += seconds(60);
    EXPECT_EQ(HealthState::ready, state());
    EXPECT_EQ(HealthState::ready, after(seconds(1)).state);
    EXPECT_EQ(HealthState::failing, after(seconds(5)).state);  // but it must move from now on
}

}  // namespace
}  // namespace qr::test
