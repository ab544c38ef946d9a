#include "host/health/health_watch.h"

#include <algorithm>
#include <new>
#include <string>
#include <system_error>
#include <utility>

#include "host/base/check.h"

namespace qr {
namespace {

constexpr Duration::rep kNever = 0;

// The moment of a batch as lanes store it and the ticking thread reads it.
using Moment = std::atomic<Duration::rep>;

}  // namespace

struct HealthWatch::Watched {
    std::shared_ptr<FidelityBackend> backend;
    std::string name;
    std::string device;
    BackendRole role = BackendRole::only;
    std::unique_ptr<Prober> prober;
    bool is_overdue = false;  // was told so
    // Outcomes of batches, newest of each kind: lanes must not wait for the ticking thread.
    Moment succeeded_at{kNever};
    Moment failed_at{kNever};
    std::atomic<Code> failed_with{Code::internal};
    Duration::rep seen_success = kNever;
    Duration::rep seen_failure = kNever;
};

HealthWatch::HealthWatch(const Clock& clock, ServiceManager& manager, Options options, Hooks hooks)
    : clock_(clock),
      manager_(manager),
      options_(options),
      hooks_(std::move(hooks)),
      bell_(std::make_shared<Bell>()),
      monitor_(options.limits, clock.now()),
      pinged_(clock.now()),
      thread_([this] { run(); }) {}

HealthWatch::~HealthWatch() {
    stop();
}

void HealthWatch::stop() {
    std::call_once(stopped_, [this] {
        is_stopping_.store(true);
        bell_->ring();
        thread_.join();
        for (const std::unique_ptr<Watched>& watched : backends_)
            watched->prober.reset();
    });
}

std::unique_ptr<HealthWatch::Watched> HealthWatch::make_watched(
    std::shared_ptr<FidelityBackend> backend, BackendRole role) const {
    auto watched = std::make_unique<Watched>();
    watched->name = backend->name();
    watched->device = backend->capabilities().device;
    watched->role = role;
    watched->backend = std::move(backend);
    return watched;
}

Result<void> HealthWatch::on_loaded(std::shared_ptr<FidelityBackend> only,
                                    std::function<BatcherStatus()> batcher) {
    std::vector<std::unique_ptr<Watched>> backends;
    backends.push_back(make_watched(std::move(only), BackendRole::only));
    return watch(std::move(backends), nullptr, std::move(batcher));
}

Result<void> HealthWatch::on_loaded(std::shared_ptr<FailoverBackend> failover,
                                    std::function<BatcherStatus()> batcher) {
    std::vector<std::unique_ptr<Watched>> backends;
    backends.push_back(make_watched(failover->primary(), BackendRole::primary));
    backends.push_back(make_watched(failover->secondary(), BackendRole::secondary));
    return watch(std::move(backends), std::move(failover), std::move(batcher));
}

Result<void> HealthWatch::watch(std::vector<std::unique_ptr<Watched>> backends,
                                std::shared_ptr<FailoverBackend> failover,
                                std::function<BatcherStatus()> batcher) {
    QR_CHECK(!has_backends_.load());
    std::vector<BackendHealth> seen;
    try {
        for (const std::unique_ptr<Watched>& watched : backends) {
            watched->prober =
                std::make_unique<Prober>(watched->backend, clock_, options_.canary_interval, bell_);
            seen.push_back(
                {.name = watched->name, .device = watched->device, .role = watched->role});
        }
    } catch (const std::system_error& error) {
        return Error{.code = Code::unavailable,
                     .message = std::string("no thread for the canaries: ") + error.what()};
    }
    const std::lock_guard lock(mutex_);
    backends_ = std::move(backends);
    failover_ = std::move(failover);
    batcher_ = std::move(batcher);
    monitor_.on_loaded(std::move(seen));
    has_backends_.store(true, std::memory_order_release);
    conclude();
    return {};
}

void HealthWatch::on_load_failed(const Error& error) {
    const bool is_unavailable = error.code == Code::unavailable;
    const std::lock_guard lock(mutex_);
    monitor_.on_load_failed(error.message, is_unavailable ? kExitNoBackend : kExitCheckFailed);
    conclude();
}

void HealthWatch::begin_drain() {
    const std::lock_guard lock(mutex_);
    monitor_.on_drain();
    conclude();
}

void HealthWatch::note_batch(std::string_view backend, std::optional<Code> failed) noexcept {
    if (!has_backends_.load(std::memory_order_acquire)) return;
    const Duration::rep now = clock_.now().time_since_epoch().count();
    for (const std::unique_ptr<Watched>& watched : backends_) {
        // A failover's error is its secondary's: it would not have handed on the primary's.
        const bool is_meant =
            failed ? watched->role != BackendRole::primary : watched->name == backend;
        if (!is_meant) continue;
        if (failed) watched->failed_with.store(*failed, std::memory_order_relaxed);
        (failed ? watched->failed_at : watched->succeeded_at).store(now, std::memory_order_release);
    }
    if (failed) wake();
}

HealthReport HealthWatch::report() const {
    const std::lock_guard lock(mutex_);
    return monitor_.report();
}

void HealthWatch::run() {
    while (!is_stopping_.load()) {
        tick();
        bell_->await(options_.tick);
    }
}

void HealthWatch::tick() {
    // What others own is asked before the lock is taken: begin_drain() must not wait for them.
    std::vector<TimePoint> pulses;
    if (hooks_.loop_pulses) pulses = hooks_.loop_pulses();
    const bool has_backends = has_backends_.load(std::memory_order_acquire);
    if (has_backends) gather_canaries();
    if (has_backends) gather_devices();
    BatcherStatus batcher;
    if (has_backends && batcher_) batcher = batcher_();
    {
        const std::lock_guard lock(mutex_);
        monitor_.on_loops(std::move(pulses));
        if (has_backends) {
            monitor_.on_batcher(std::move(batcher));
            gather_batches();
            if (failover_) monitor_.on_failover(failover_->status());
        }
        conclude();
    }
    if (has_backends && report_overdue()) {
        const std::lock_guard lock(mutex_);
        monitor_.on_failover(failover_->status());
        conclude();
    }
    ping();
    end();
}

void HealthWatch::end() {
    std::optional<EndOfProcess> end;
    {
        const std::lock_guard lock(mutex_);
        end = monitor_.report().end;
    }
    if (!end || std::exchange(is_end_told_, true)) return;
    if (hooks_.end_process) hooks_.end_process(*end);
}

void HealthWatch::tell_canary(const Watched& watched, const CanaryResult& result) {
    if (failover_ && watched.role == BackendRole::primary) failover_->note_canary(result);
    if (hooks_.on_canary) hooks_.on_canary(watched.name, result);
}

void HealthWatch::gather_canaries() {
    for (std::size_t i = 0; i < backends_.size(); ++i) {
        const Prober::News news = backends_[i]->prober->take();
        for (const Prober::Result& result : news.results)
            tell_canary(*backends_[i], result.canary);
        const std::lock_guard lock(mutex_);
        for (const Prober::Result& result : news.results)
            monitor_.on_canary(i, result.canary, result.at);
        monitor_.on_canary_out(i, news.out_since);
    }
}

// A backend tells what it has seen of its devices and asks none of them.
void HealthWatch::gather_devices() {
    std::vector<DeviceReport> reports;
    for (const std::unique_ptr<Watched>& watched : backends_) {
        if (watched->role != BackendRole::secondary) reports = watched->backend->devices();
    }
    for (const DeviceNews& news : device_changes_.take(reports, clock_.now())) {
        if (hooks_.on_device) hooks_.on_device(news);
    }
    const std::lock_guard lock(mutex_);
    monitor_.on_devices(reports);
}

void HealthWatch::gather_batches() {
    for (std::size_t i = 0; i < backends_.size(); ++i) {
        Watched& watched = *backends_[i];
        const Duration::rep success = watched.succeeded_at.load(std::memory_order_acquire);
        const Duration::rep failure = watched.failed_at.load(std::memory_order_acquire);
        const auto tell_success = [&] {
            if (success == std::exchange(watched.seen_success, success)) return;
            monitor_.on_batch(i, std::nullopt, TimePoint(Duration(success)));
        };
        const auto tell_failure = [&] {
            if (failure == std::exchange(watched.seen_failure, failure)) return;
            monitor_.on_batch(i, watched.failed_with.load(std::memory_order_relaxed),
                              TimePoint(Duration(failure)));
        };
        if (success <= failure) tell_success();
        tell_failure();
        if (success > failure) tell_success();
    }
}

// Canaries that have become overdue since the last tick. Whether the failover was told of one.
bool HealthWatch::report_overdue() {
    std::vector<std::pair<const Watched*, CanaryResult>> overdue;
    {
        const std::lock_guard lock(mutex_);
        for (std::size_t i = 0; i < backends_.size(); ++i) {
            const BackendHealth& health = monitor_.report().backends[i];
            const bool was_overdue = std::exchange(backends_[i]->is_overdue, health.is_overdue);
            if (!health.is_overdue || was_overdue) continue;
            overdue.emplace_back(backends_[i].get(),
                                 CanaryResult{.outcome = CanaryOutcome::overdue,
                                              .message = health.last_error->what});
        }
    }
    for (const auto& [watched, result] : overdue)
        tell_canary(*watched, result);
    return failover_ != nullptr && !overdue.empty();
}

void HealthWatch::conclude() {
    const HealthState before = monitor_.report().state;
    const HealthReport& report = monitor_.evaluate(clock_.now());
    if (report.state == before) return;
    state_.store(report.state, std::memory_order_release);
    tell_manager(before);
    if (hooks_.on_change) hooks_.on_change(report);
}

// A manager that does not listen is no reason to serve worse; what it misses shows in its own
// timeouts.
void HealthWatch::tell_manager(HealthState before) {
    const HealthReport& report = monitor_.report();
    static_cast<void>(manager_.status(std::string(to_string(report.state)) + ": " + report.reason));
    const bool is_up = report.state == HealthState::ready || report.state == HealthState::degraded;
    if (before == HealthState::starting && is_up) static_cast<void>(manager_.ready());
    if (report.state == HealthState::draining) static_cast<void>(manager_.stopping());
}

// While anything is stuck the manager is left to wonder: its watchdog is the second line of
// defence, should this thread not come to its own verdict.
void HealthWatch::ping() {
    const std::optional<Duration> timeout = manager_.watchdog_timeout();
    const TimePoint now = clock_.now();
    if (!timeout || now - pinged_ < *timeout / 4 || !report().is_moving) return;
    pinged_ = now;
    static_cast<void>(manager_.ping());
}

}  // namespace qr
