// Keeps the server's health up to date: gathers evidence, asks the monitor, tells whom it concerns.
//
// One thread ticks and decides; one more per backend runs its canaries (prober.h). Readiness is one
// atomic read; nothing here stands in a request's path but note_batch(), which is a few stores.
// The rules are in health_monitor.h, none here. It never ends the process itself: a fatal verdict
// is handed to `end_process`, once.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "host/backend/failover_backend.h"
#include "host/base/clock.h"
#include "host/health/device_trouble.h"
#include "host/health/health_monitor.h"
#include "host/health/prober.h"
#include "host/health/service_manager.h"

namespace qr {

class HealthWatch {
  public:
    struct Options {
        HealthLimits limits;
        Duration canary_interval = std::chrono::milliseconds(500);
        // How late a change may be seen that rings no bell. A tick costs microseconds.
        Duration tick = std::chrono::milliseconds(250);
    };

    // Each may be empty; none may call back into the watch but for state() and wake().
    struct Hooks {
        // The event loops' latest pulses; asked at each tick, on the watch's thread.
        std::function<std::vector<TimePoint>()> loop_pulses = nullptr;
        // The state is another one: for the log and the readiness metric. Called once per change,
        // in order, on the thread that caused it.
        std::function<void(const HealthReport&)> on_change = nullptr;
        // Every canary, for metrics.
        std::function<void(std::string_view backend, const CanaryResult&)> on_canary = nullptr;
        // What a device reports against itself, once a change: for the log. On the watch's thread.
        std::function<void(const DeviceNews&)> on_device = nullptr;
        // Log, flush, leave. Called once, on the watch's thread.
        std::function<void(const EndOfProcess&)> end_process = nullptr;
    };

    // Ticks from now on, in state `starting`. The clock and the manager must outlive the watch.
    HealthWatch(const Clock& clock, ServiceManager& manager, Options options, Hooks hooks);
    ~HealthWatch();  // stop()s

    // Loading ended: canaries begin and the state turns ready, before this returns. Once, of one of
    // the two. `batcher` is asked at each tick, on the watch's thread.
    Result<void> on_loaded(std::shared_ptr<FidelityBackend> only,
                           std::function<BatcherStatus()> batcher);
    // FailoverOptions::on_change of that backend should call wake().
    Result<void> on_loaded(std::shared_ptr<FailoverBackend> failover,
                           std::function<BatcherStatus()> batcher);
    void on_load_failed(const Error& error);
    void begin_drain();  // the state has changed when this returns

    // What a batch came to; `backend` is BatchReport::backend. Thread-safe, no lock.
    void note_batch(std::string_view backend, std::optional<Code> failed) noexcept;
    // Something happened that should be looked at now rather than at the next tick. Thread-safe.
    void wake() { bell_->ring(); }

    HealthState state() const { return state_.load(std::memory_order_acquire); }
    HealthReport report() const;

    // No hook is called afterwards. Idempotent. To be called before what the hooks use goes.
    void stop();

  private:
    struct Watched;

    Result<void> watch(std::vector<std::unique_ptr<Watched>> backends,
                       std::shared_ptr<FailoverBackend> failover,
                       std::function<BatcherStatus()> batcher);
    std::unique_ptr<Watched> make_watched(std::shared_ptr<FidelityBackend> backend,
                                          BackendRole role) const;
    void run();
    void tick();
    void gather_canaries();
    void gather_batches();
    void gather_devices();
    bool report_overdue();
    void tell_canary(const Watched& watched, const CanaryResult& result);
    void conclude();
    void tell_manager(HealthState before);
    void ping();
    void end();

    const Clock& clock_;
    ServiceManager& manager_;
    const Options options_;
    const Hooks hooks_;
    const std::shared_ptr<Bell> bell_;
    std::atomic<HealthState> state_{HealthState::starting};
    std::atomic<bool> is_stopping_{false};

    mutable std::mutex mutex_;  // the monitor's, and held while a change is told
    HealthMonitor monitor_;

    // Written by watch() before has_backends_, then left alone.
    std::vector<std::unique_ptr<Watched>> backends_;
    std::shared_ptr<FailoverBackend> failover_;
    std::function<BatcherStatus()> batcher_;
    std::atomic<bool> has_backends_{false};

    // The ticking thread's own.
    TimePoint pinged_{};
    DeviceChanges device_changes_;
    bool is_end_told_ = false;

    std::once_flag stopped_;
    std::thread thread_;
};

}  // namespace qr
