// A monitor with time and evidence at hand, for the tables of its rules.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "host/health/health_monitor.h"

namespace qr::test {

using std::chrono::milliseconds;
using std::chrono::seconds;

inline constexpr TimePoint kStart{seconds(1000)};

inline CanaryResult passed() {
    return {.microseconds = 12};
}
inline CanaryResult failed(Code code) {
    return {.outcome = CanaryOutcome::failed, .code = code, .message = "no device"};
}
inline CanaryResult wrong() {
    return {.outcome = CanaryOutcome::wrong, .message = "one bit is off"};
}
inline FailoverStatus lost(PrimaryState state = PrimaryState::lost) {
    return {.state = state,
            .reason = FailoverReason::unavailable,
            .message = "the device fell off the bus"};
}

inline HealthLimits limits_of(GpuLossAction action) {
    return health_limits(milliseconds(500), seconds(1), seconds(10), action);
}

class Monitor : public testing::Test {
  protected:
    void load_cpu() { monitor_.on_loaded({{.name = "cpu", .device = "cpu"}}); }
    void load_failover() {
        monitor_.on_loaded({{.name = "cuda", .device = "H100", .role = BackendRole::primary},
                            {.name = "cpu", .device = "cpu", .role = BackendRole::secondary}});
        monitor_.on_failover({.since = kStart});
    }
    // Moves on in steps of a tick, then concludes.
    const HealthReport& after(Duration duration) {
        for (Duration left = duration; left > Duration::zero(); left -= milliseconds(250)) {
            now_ += std::min<Duration>(left, milliseconds(250));
            monitor_.evaluate(now_);
        }
        return monitor_.evaluate(now_);
    }
    HealthState state() { return after(Duration::zero()).state; }
    void canary(std::size_t backend, const CanaryResult& result) {
        monitor_.on_canary(backend, result, now_);
    }

    TimePoint now_ = kStart;
    HealthMonitor monitor_{limits_of(GpuLossAction::degrade), kStart};
};

}  // namespace qr::test
