#include "host/health/health_monitor.h"

#include <algorithm>
#include <utility>

#include "host/health/device_trouble.h"

namespace qr {
namespace {

// Where the watchdog is off there still is a limit for readiness.
constexpr Duration kStuckAfterDefault = std::chrono::seconds(5);

std::string in_ms(Duration duration) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(duration);
    return std::to_string(ms.count()) + " ms";
}

// Known states need no excuse: what says so once is believed.
bool is_plain(const CanaryResult& result) {
    if (result.outcome == CanaryOutcome::wrong) return true;
    return result.code == Code::unavailable || result.code == Code::internal;
}

std::string describe(const CanaryResult& result) {
    std::string text = "canary " + std::string(to_string(result.outcome));
    if (result.code) text.append(" (").append(to_string(*result.code)).append(")");
    if (!result.message.empty()) text.append(": ").append(result.message);
    return text;
}

// Bad news was seen; what it is about cannot serve until recover_after canaries pass.
void blame(BackendHealth& backend, std::string what, TimePoint at) {
    backend.is_sound = false;
    backend.passed_in_a_row = 0;
    backend.last_error = {std::move(what), at};
}

}  // namespace

std::string_view to_string(BackendRole role) {
    switch (role) {
        case BackendRole::only:
            return "only";
        case BackendRole::primary:
            return "primary";
        case BackendRole::secondary:
            return "secondary";
    }
    return "only";
}

HealthLimits health_limits(Duration canary_interval, Duration backend_timeout,
                           Duration watchdog_timeout, GpuLossAction on_gpu_loss) {
    const bool has_watchdog = watchdog_timeout > Duration::zero();
    return {.overdue_after = std::max(2 * canary_interval, backend_timeout),
            .stuck_after = has_watchdog ? watchdog_timeout / 2 : kStuckAfterDefault,
            .end_after = watchdog_timeout,
            .on_gpu_loss = on_gpu_loss};
}

HealthMonitor::HealthMonitor(HealthLimits limits, TimePoint now)
    : limits_(limits), evaluated_(now), trusted_since_(now) {
    report_.since = now;
    report_.reason = "the backend is being loaded";
}

void HealthMonitor::on_loaded(std::vector<BackendHealth> backends) {
    is_loaded_ = true;
    report_.backends = std::move(backends);
}

void HealthMonitor::on_load_failed(std::string reason, int exit_code) {
    load_failure_ = Verdict{HealthState::failing, std::move(reason), exit_code};
}

void HealthMonitor::on_devices(const std::vector<DeviceReport>& reports) {
    device_trouble_ = describe_trouble(reports);
}

void HealthMonitor::on_canary_out(std::size_t backend, std::optional<TimePoint> since) {
    report_.backends.at(backend).canary_out_since = since;
}

void HealthMonitor::on_canary(std::size_t index, const CanaryResult& result, TimePoint at) {
    BackendHealth& backend = report_.backends.at(index);
    backend.canary = {result, at};
    if (result.outcome == CanaryOutcome::passed) {
        backend.failed_in_a_row = 0;
        ++backend.passed_in_a_row;
        const bool is_believed = backend.passed_in_a_row >= limits_.recover_after;
        backend.is_sound = !backend.was_wrong && (backend.is_sound || is_believed);
        return;
    }
    ++backend.failed_in_a_row;
    backend.passed_in_a_row = 0;
    backend.last_error = {describe(result), at};
    backend.was_wrong = backend.was_wrong || result.outcome == CanaryOutcome::wrong;
    if (is_plain(result) || backend.failed_in_a_row >= limits_.fail_after)
        blame(backend, describe(result), at);
}

// A batch that fails with `internal` or `out_of_memory` may be the request's doing; only the canary
// can then say whether the backend is to blame.
void HealthMonitor::on_batch(std::size_t index, std::optional<Code> failed, TimePoint at) {
    BackendHealth& backend = report_.backends.at(index);
    backend.batch = {failed, at};
    if (!failed) {
        backend.batch_succeeded_at = at;
        return;
    }
    const std::string what = "batch failed (" + std::string(to_string(*failed)) + ")";
    backend.last_error = {what, at};
    if (*failed == Code::unavailable) blame(backend, what, at);
}

Duration HealthMonitor::age(TimePoint since, TimePoint now) const {
    return now - std::max(since, trusted_since_);
}

void HealthMonitor::find_overdue(BackendHealth& backend, TimePoint now) const {
    const bool is_replaceable = backend.role == BackendRole::primary;
    const Duration patience = is_replaceable ? limits_.overdue_after
                                             : std::max(limits_.overdue_after, limits_.stuck_after);
    const auto is_recent = [&](TimePoint at) { return age(at, now) <= patience; };
    const bool was_overdue = backend.is_overdue;
    backend.is_overdue = backend.canary_out_since && !is_recent(*backend.canary_out_since) &&
                         !(backend.batch_succeeded_at && is_recent(*backend.batch_succeeded_at));
    if (backend.is_overdue && !was_overdue)
        blame(backend, "canary has not returned within " + in_ms(patience), now);
}

std::optional<HealthMonitor::Stuck> HealthMonitor::find_stuck(TimePoint now) const {
    std::optional<Stuck> oldest;
    const auto consider = [&](TimePoint since, const std::string& what) {
        if (age(since, now) <= limits_.stuck_after) return;
        if (!oldest || since < oldest->since) oldest = Stuck{what, since};
    };
    const std::string limit = " for longer than " + in_ms(limits_.stuck_after);
    bool is_a_lane_free = false;
    for (std::size_t i = 0; i < batcher_.lanes.size(); ++i) {
        const LaneStatus& lane = batcher_.lanes[i];
        is_a_lane_free = is_a_lane_free || !lane.busy_since;
        if (lane.busy_since)
            consider(*lane.busy_since, "lane " + std::to_string(i) + " is at one batch" + limit);
    }
    if (is_a_lane_free && batcher_.oldest_waits_since)
        consider(*batcher_.oldest_waits_since, "a job waits beside a free lane" + limit);
    for (std::size_t i = 0; i < loops_.size(); ++i)
        consider(loops_[i], "event loop " + std::to_string(i) + " has been silent" + limit);
    return oldest;
}

bool HealthMonitor::is_failed_over() const {
    return report_.failover && report_.failover->state != PrimaryState::serving;
}

// Whether what fails is a device rather than this machine's CPU.
bool HealthMonitor::is_device_lost() const {
    if (report_.failover) return is_failed_over();
    const BackendHealth* const backend = serving();
    return backend != nullptr && backend->device != "cpu" && !backend->is_sound;
}

const BackendHealth* HealthMonitor::serving() const {
    for (const BackendHealth& backend : report_.backends) {
        if (backend.role == BackendRole::only) return &backend;
        if ((backend.role == BackendRole::secondary) == is_failed_over()) return &backend;
    }
    return nullptr;
}

std::optional<HealthMonitor::Verdict> HealthMonitor::find_failure() const {
    if (load_failure_) return load_failure_;
    const auto failing = [](const BackendHealth& backend) {
        return Verdict{HealthState::failing,
                       "backend '" + backend.name + "' cannot serve: " +
                           (backend.last_error ? backend.last_error->what : "unknown"),
                       backend.was_wrong ? kExitCheckFailed : kExitNoBackend};
    };
    // The secondary is what answers of the primary are compared with: nothing is certain without
    // it.
    for (const BackendHealth& backend : report_.backends) {
        if (backend.role == BackendRole::secondary && backend.was_wrong) return failing(backend);
    }
    if (is_failed_over() && limits_.on_gpu_loss == GpuLossAction::exit)
        return Verdict{HealthState::failing, "the device is lost: " + report_.failover->message,
                       kExitNoBackend};
    const BackendHealth* const backend = serving();
    // A primary in doubt is the failover's business: it has the last word on who serves.
    if (backend == nullptr || backend->role == BackendRole::primary || backend->is_sound)
        return std::nullopt;
    return failing(*backend);
}

HealthMonitor::Verdict HealthMonitor::judge(const std::optional<Stuck>& stuck) const {
    if (stuck) return {HealthState::failing, stuck->what, kExitCheckFailed};
    if (const std::optional<Verdict> failure = find_failure()) return *failure;
    if (is_draining_) return {HealthState::draining, "the server is shutting down"};
    if (!is_loaded_) return {HealthState::starting, "the backend is being loaded"};
    if (is_failed_over()) {
        return {HealthState::degraded, "the device is " +
                                           std::string(to_string(report_.failover->state)) + " (" +
                                           report_.failover->message + "); the CPU serves"};
    }
    return {HealthState::ready, "every check passes"};
}

std::optional<EndOfProcess> HealthMonitor::find_end(const Verdict& verdict,
                                                    const std::optional<Stuck>& stuck,
                                                    TimePoint now) const {
    if (verdict.state != HealthState::failing) return std::nullopt;
    if (is_device_lost() && !stuck && limits_.on_gpu_loss == GpuLossAction::exit)
        return EndOfProcess{kExitNoBackend, verdict.reason};
    if (limits_.end_after <= Duration::zero()) return std::nullopt;
    // A drain ends the process by itself, unless something is stuck that it would wait for.
    if (is_draining_ && !stuck) return std::nullopt;
    const TimePoint since = stuck ? std::min(stuck->since, report_.since) : report_.since;
    if (age(since, now) <= limits_.end_after) return std::nullopt;
    return EndOfProcess{verdict.exit_code, verdict.reason};
}

const HealthReport& HealthMonitor::evaluate(TimePoint now) {
    if (now - evaluated_ > limits_.stall_after) trusted_since_ = now;
    evaluated_ = now;
    for (BackendHealth& backend : report_.backends)
        find_overdue(backend, now);
    const std::optional<Stuck> stuck = find_stuck(now);
    Verdict verdict = judge(stuck);
    if (!device_trouble_.empty()) verdict.reason += "; " + device_trouble_;
    if (verdict.state != report_.state) report_.since = now;
    report_.state = verdict.state;
    report_.is_moving = !stuck;
    report_.end = find_end(verdict, stuck, now);
    report_.reason = std::move(verdict.reason);
    return report_;
}

}  // namespace qr
