// Every rule of the server's health as a table of evidence and conclusions, without a thread.
#include "host/health/health_monitor.h"

#include <gmock/gmock.h>

#include "tests/host/health/monitor_fixture.h"

namespace qr::test {
namespace {

using testing::HasSubstr;

TEST(HealthLimits, FollowTheSettings) {
    const HealthLimits limits =
        health_limits(milliseconds(500), seconds(3), seconds(10), GpuLossAction::exit);
    EXPECT_EQ(seconds(3), limits.overdue_after);
    EXPECT_EQ(seconds(5), limits.stuck_after);
    EXPECT_EQ(seconds(10), limits.end_after);
    EXPECT_EQ(GpuLossAction::exit, limits.on_gpu_loss);
    const HealthLimits off =
        health_limits(seconds(2), seconds(1), seconds(0), GpuLossAction::degrade);
    EXPECT_EQ(seconds(4), off.overdue_after);
    EXPECT_EQ(seconds(5), off.stuck_after);
    EXPECT_EQ(seconds(0), off.end_after);
}

TEST_F(Monitor, StartsAndTurnsReadyOnceLoaded) {
    EXPECT_EQ(HealthState::starting, state());
    EXPECT_EQ("the backend is being loaded", monitor_.report().reason);
    after(seconds(7));
    load_cpu();
    EXPECT_EQ(HealthState::ready, state());
    EXPECT_EQ(kStart + seconds(7), monitor_.report().since);
    after(seconds(7));
    EXPECT_EQ(kStart + seconds(7), monitor_.report().since);
}

TEST_F(Monitor, FailsWhenTheBackendCannotBeLoaded) {
    monitor_.on_load_failed("no such device", 3);
    EXPECT_EQ(HealthState::failing, state());
    EXPECT_EQ("no such device", monitor_.report().reason);
    EXPECT_EQ((EndOfProcess{3, "no such device"}), after(seconds(11)).end);
}

TEST_F(Monitor, DrainingWinsOverStartingReadyAndDegradedButNotOverFailing) {
    HealthMonitor starting = monitor_;
    starting.on_drain();
    EXPECT_EQ(HealthState::draining, starting.evaluate(now_).state);
    load_failover();
    HealthMonitor ready = monitor_;
    ready.on_drain();
    EXPECT_EQ(HealthState::draining, ready.evaluate(now_).state);
    monitor_.on_failover(lost());
    HealthMonitor degraded = monitor_;
    degraded.on_drain();
    EXPECT_EQ(HealthState::draining, degraded.evaluate(now_).state);
    canary(1, failed(Code::unavailable));
    monitor_.on_drain();
    EXPECT_EQ(HealthState::failing, state());
}

struct CanaryRow {
    CanaryResult result;
    int times;
    HealthState state;
    int passes_to_recover;  // 0: never
};

TEST_F(Monitor, ACanaryOfTheOnlyBackendDecidesByItsKindOfFailure) {
    for (const CanaryRow& row : {CanaryRow{failed(Code::unavailable), 1, HealthState::failing, 3},
                                 CanaryRow{failed(Code::internal), 1, HealthState::failing, 3},
                                 CanaryRow{failed(Code::out_of_memory), 2, HealthState::ready, 0},
                                 CanaryRow{failed(Code::out_of_memory), 3, HealthState::failing, 3},
                                 CanaryRow{wrong(), 1, HealthState::failing, 0}}) {
        HealthMonitor monitor(limits_of(GpuLossAction::degrade), kStart);
        monitor.on_loaded({{.name = "cpu", .device = "cpu"}});
        for (int i = 0; i < row.times; ++i)
            monitor.on_canary(0, row.result, kStart);
        SCOPED_TRACE(row.result.message + " x " + std::to_string(row.times));
        EXPECT_EQ(row.state, monitor.evaluate(kStart).state);
        if (row.state == HealthState::ready) continue;
        EXPECT_THAT(monitor.report().reason, HasSubstr("backend 'cpu' cannot serve: canary"));
        EXPECT_THAT(monitor.report().reason, HasSubstr(row.result.message));
        for (int passes = 1; passes <= 5; ++passes) {
            monitor.on_canary(0, passed(), kStart);
            const bool is_back = row.passes_to_recover != 0 && passes >= row.passes_to_recover;
            EXPECT_EQ(is_back ? HealthState::ready : HealthState::failing,
                      monitor.evaluate(kStart).state)
                << passes << " passes";
        }
    }
}

TEST_F(Monitor, PassesCountOnlyInARow) {
    load_cpu();
    canary(0, failed(Code::unavailable));
    for (int i = 0; i < 5; ++i) {
        canary(0, passed());
        canary(0, passed());
        canary(0, failed(Code::out_of_memory));
        EXPECT_EQ(HealthState::failing, state());
    }
}

TEST_F(Monitor, ABatchThatFindsTheOnlyBackendUnavailableFailsTheServerUntilCanariesPass) {
    load_cpu();
    monitor_.on_batch(0, Code::unavailable, now_);
    EXPECT_EQ(HealthState::failing, state());
    EXPECT_THAT(monitor_.report().reason, HasSubstr("batch failed (unavailable)"));
    for (int i = 0; i < 3; ++i)
        canary(0, passed());
    EXPECT_EQ(HealthState::ready, state());
}

// Else one client could take the server out of the balancer.
TEST_F(Monitor, OtherErrorsOfBatchesMayBeTheRequestsDoing) {
    load_cpu();
    for (int i = 0; i < 20; ++i) {
        monitor_.on_batch(0, Code::internal, now_);
        monitor_.on_batch(0, Code::out_of_memory, now_);
    }
    EXPECT_EQ(HealthState::ready, state());
    const BackendHealth& seen = monitor_.report().backends.at(0);
    EXPECT_EQ(Code::out_of_memory, seen.batch->failed);
    EXPECT_EQ("batch failed (out_of_memory)", seen.last_error->what);
}

TEST_F(Monitor, ADeviceThatTheCpuCanReplaceIsOverdueSooner) {
    load_failover();
    monitor_.on_canary_out(0, now_);
    monitor_.on_canary_out(1, now_);
    after(seconds(1));
    EXPECT_FALSE(monitor_.report().backends.at(0).is_overdue);
    after(milliseconds(250));
    EXPECT_TRUE(monitor_.report().backends.at(0).is_overdue);
    EXPECT_FALSE(monitor_.report().backends.at(1).is_overdue);
}

TEST_F(Monitor, ACanaryIsOverdueWhenNoBatchSucceedsEither) {
    load_cpu();
    monitor_.on_canary_out(0, now_);
    after(seconds(5));
    EXPECT_FALSE(monitor_.report().backends.at(0).is_overdue);
    EXPECT_EQ(HealthState::failing, after(milliseconds(250)).state);
    EXPECT_TRUE(monitor_.report().backends.at(0).is_overdue);
    EXPECT_THAT(monitor_.report().reason, HasSubstr("canary has not returned within 5000 ms"));
    monitor_.on_canary_out(0, std::nullopt);
    canary(0, passed());
    EXPECT_EQ(HealthState::failing, state());
    EXPECT_FALSE(monitor_.report().backends.at(0).is_overdue);
    canary(0, passed());
    canary(0, passed());
    EXPECT_EQ(HealthState::ready, state());
}

TEST_F(Monitor, ABusyBackendWhoseBatchesSucceedHasNoOverdueCanary) {
    load_cpu();
    monitor_.on_canary_out(0, now_);
    for (int i = 0; i < 40; ++i) {
        monitor_.on_batch(0, std::nullopt, now_);
        EXPECT_EQ(HealthState::ready, after(milliseconds(750)).state);
    }
    EXPECT_EQ(HealthState::failing, after(seconds(5)).state);
}

TEST_F(Monitor, IsDegradedWhileThePrimaryIsLostAndSaysWhy) {
    load_failover();
    EXPECT_EQ(HealthState::ready, state());
    monitor_.on_failover(lost());
    EXPECT_EQ(HealthState::degraded, state());
    EXPECT_EQ("the device is lost (the device fell off the bus); the CPU serves",
              monitor_.report().reason);
    monitor_.on_failover({});
    EXPECT_EQ(HealthState::ready, state());
    monitor_.on_failover(lost(PrimaryState::wrong));
    EXPECT_EQ(HealthState::degraded, state());
    EXPECT_FALSE(after(seconds(60)).end.has_value());
}

TEST_F(Monitor, LeavesItToTheFailoverWhetherAPrimaryInDoubtServes) {
    load_failover();
    canary(0, failed(Code::unavailable));
    EXPECT_EQ(HealthState::ready, state());
}

TEST_F(Monitor, FailsWhenTheSecondaryFailsTooAndRecoversWithEither) {
    load_failover();
    canary(1, failed(Code::unavailable));
    EXPECT_EQ(HealthState::ready, state());  // the primary serves
    monitor_.on_failover(lost());
    EXPECT_EQ(HealthState::failing, state());
    EXPECT_THAT(monitor_.report().reason, HasSubstr("backend 'cpu' cannot serve"));
    for (int i = 0; i < 3; ++i)
        canary(1, passed());
    EXPECT_EQ(HealthState::degraded, state());
    canary(1, failed(Code::unavailable));
    monitor_.on_failover({});
    EXPECT_EQ(HealthState::ready, state());
}

TEST_F(Monitor, AWrongSecondaryFailsTheServerBecauseItIsTheJudgeOfThePrimary) {
    load_failover();
    canary(1, wrong());
    EXPECT_EQ(HealthState::failing, state());
    for (int i = 0; i < 5; ++i)
        canary(1, passed());
    EXPECT_EQ(HealthState::failing, state());
    EXPECT_EQ(1, after(seconds(11)).end->exit_code);
}

TEST_F(Monitor, OnGpuLossExitFailsAndEndsAtOnceWithThree) {
    for (const PrimaryState how : {PrimaryState::lost, PrimaryState::wrong}) {
        HealthMonitor monitor(limits_of(GpuLossAction::exit), kStart);
        monitor.on_loaded({{.name = "cuda", .device = "H100", .role = BackendRole::primary},
                           {.name = "cpu", .device = "cpu", .role = BackendRole::secondary}});
        EXPECT_FALSE(monitor.evaluate(kStart).end.has_value());
        monitor.on_failover(lost(how));
        EXPECT_EQ(HealthState::failing, monitor.evaluate(kStart).state);
        EXPECT_EQ((EndOfProcess{3, "the device is lost: the device fell off the bus"}),
                  monitor.report().end);
    }
}

TEST_F(Monitor, OnGpuLossExitMeansADeviceThatServesAloneTooButNotACpu) {
    for (const auto& [device, exits] : {std::pair{"H100", true}, {"cpu", false}}) {
        HealthMonitor monitor(limits_of(GpuLossAction::exit), kStart);
        monitor.on_loaded({{.name = "it", .device = device}});
        monitor.on_canary(0, failed(Code::unavailable), kStart);
        EXPECT_EQ(HealthState::failing, monitor.evaluate(kStart).state);
        EXPECT_EQ(exits, monitor.report().end.has_value()) << device;
    }
}

TEST_F(Monitor, EndsAfterFailingForLongerThanTheWatchdogAllows) {
    load_cpu();
    after(seconds(100));
    canary(0, failed(Code::unavailable));
    EXPECT_EQ(HealthState::failing, state());
    EXPECT_FALSE(after(seconds(10)).end.has_value());
    const HealthReport& report = after(milliseconds(250));
    ASSERT_TRUE(report.end.has_value());
    EXPECT_EQ(3, report.end->exit_code);
    EXPECT_THAT(report.end->reason, HasSubstr("canary failed (unavailable): no device"));
}

TEST_F(Monitor, AWrongAnswerEndsWithOne) {
    load_cpu();
    canary(0, wrong());
    EXPECT_EQ(1, after(seconds(11)).end->exit_code);
}

TEST_F(Monitor, NeverEndsWithoutAWatchdog) {
    HealthMonitor monitor(
        health_limits(milliseconds(500), seconds(1), seconds(0), GpuLossAction::degrade), kStart);
    monitor.on_loaded({{.name = "cpu", .device = "cpu"}});
    monitor.on_canary(0, wrong(), kStart);
    for (int second = 0; second < 100; ++second)
        EXPECT_FALSE(monitor.evaluate(kStart + seconds(second)).end.has_value());
    EXPECT_EQ(HealthState::failing, monitor.report().state);
}

TEST_F(Monitor, ADrainEndsByItselfUnlessSomethingIsStuck) {
    load_cpu();
    canary(0, failed(Code::unavailable));
    monitor_.on_drain();
    EXPECT_FALSE(after(seconds(30)).end.has_value());
    monitor_.on_batcher({.lanes = {{.busy_since = now_}}});
    EXPECT_TRUE(after(seconds(11)).end.has_value());
}

TEST_F(Monitor, NamesWhatADeviceReportsAndChangesNoVerdictForIt) {
    load_failover();
    EXPECT_EQ("every check passes", after(Duration::zero()).reason);
    const std::vector<DeviceReport> devices = {
        {.condition = {.ecc_uncorrected = 1, .critical_xid = 79}}};
    monitor_.on_devices(devices);
    const std::string trouble =
        "; device 0 reports Xid 79: the device has fallen off the bus; the machine should be "
        "restarted; 1 uncorrected memory error";
    EXPECT_EQ(HealthState::ready, after(seconds(60)).state);
    EXPECT_EQ("every check passes" + trouble, monitor_.report().reason);
    EXPECT_TRUE(monitor_.report().backends.at(0).is_sound);
    EXPECT_FALSE(monitor_.report().end.has_value());
    monitor_.on_failover(lost());
    EXPECT_EQ(HealthState::degraded, state());
    EXPECT_EQ("the device is lost (the device fell off the bus); the CPU serves" + trouble,
              monitor_.report().reason);
    monitor_.on_devices({{}});
    EXPECT_EQ("the device is lost (the device fell off the bus); the CPU serves",
              after(Duration::zero()).reason);
}

TEST_F(Monitor, ShowsWhatWasLastSeenOfEachBackend) {
    load_failover();
    EXPECT_FALSE(state() == HealthState::starting);
    EXPECT_FALSE(monitor_.report().backends.at(0).canary.has_value());
    canary(0, passed());
    now_ += seconds(1);
    canary(1, failed(Code::unavailable));
    monitor_.on_batch(0, std::nullopt, now_);
    const HealthReport& report = after(Duration::zero());
    EXPECT_EQ(12, report.backends.at(0).canary->result.microseconds);
    EXPECT_EQ(kStart, report.backends.at(0).canary->at);
    EXPECT_EQ(kStart + seconds(1), report.backends.at(0).batch->at);
    EXPECT_FALSE(report.backends.at(0).last_error.has_value());
    EXPECT_EQ("canary failed (unavailable): no device", report.backends.at(1).last_error->what);
    EXPECT_EQ(kStart + seconds(1), report.backends.at(1).last_error->at);
    EXPECT_EQ("primary", to_string(report.backends.at(0).role));
}

}  // namespace
}  // namespace qr::test
