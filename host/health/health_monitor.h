// Decides how well the server is, from what was seen of its backends, its batcher and its event
// loops.
//
// Pure: no lock, no thread, no clock; every rule is a table in health_monitor_test.cpp. Evidence
// comes in with the time it was seen, evaluate() draws the conclusion. Good news is only believed
// when repeated (three canaries in a row), a wrong answer is never forgiven, and a process that was
// itself not run for a while (a stopped container, a starved machine) blames nobody for the gap.
// What a device reports of itself (ECC, Xid) is added to the reason and changes no verdict: see
// device_trouble.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/backend/device_report.h"
#include "host/backend/failover_state.h"
#include "host/backend/self_test.h"
#include "host/base/clock.h"
#include "host/batching/batcher.h"
#include "host/health/health_state.h"

namespace qr {

enum class GpuLossAction : std::uint8_t { degrade, exit };

struct HealthLimits {
    // How long a canary may be out while its backend finishes no batch either, where another
    // backend can take over at once; one that nobody can replace is given stuck_after.
    Duration overdue_after = std::chrono::seconds(1);
    // How long a lane may work on one batch, a job wait beside a free lane, or a loop be silent.
    Duration stuck_after = std::chrono::seconds(5);
    // How long that may last, or the server be failing, before the process should end; 0: for ever.
    Duration end_after = std::chrono::seconds(10);
    // A longer gap between two evaluations means that this process was not run.
    Duration stall_after = std::chrono::seconds(2);
    unsigned recover_after = 3;  // passing canaries in a row
    unsigned fail_after = 3;     // failing ones, for reasons that may pass (no memory)
    GpuLossAction on_gpu_loss = GpuLossAction::degrade;
};

// The limits that the settings canary_interval_ms, backend_timeout_ms and watchdog_timeout_ms
// imply. A canary of a busy CPU waits for at most one bounded batch, so overdue_after, the larger
// of two intervals and the timeout, is far beyond what a loaded machine takes.
HealthLimits health_limits(Duration canary_interval, Duration backend_timeout,
                           Duration watchdog_timeout, GpuLossAction on_gpu_loss);

enum class BackendRole : std::uint8_t {
    only,       // no other can stand in
    primary,    // of a FailoverBackend
    secondary,  // of a FailoverBackend
};
std::string_view to_string(BackendRole role);

// What was last seen of one backend: GET /health prints these.
struct BackendHealth {
    std::string name;
    std::string device;
    BackendRole role = BackendRole::only;
    struct Canary {
        CanaryResult result;
        TimePoint at;
    };
    std::optional<Canary> canary;
    std::optional<TimePoint> canary_out_since;  // one is under way
    bool is_overdue = false;                    // and has been for too long
    unsigned passed_in_a_row = 0;
    unsigned failed_in_a_row = 0;
    struct Batch {
        std::optional<Code> failed;
        TimePoint at;
    };
    std::optional<Batch> batch;
    std::optional<TimePoint> batch_succeeded_at;
    struct Fault {
        std::string what;
        TimePoint at;
    };
    std::optional<Fault> last_error;  // kept after a recovery
    bool is_sound = true;             // may serve, for all that was seen
    bool was_wrong = false;           // latched
};

// Exit statuses of a server, as orchestrators see them.
inline constexpr int kExitCheckFailed = 1;  // anything but the other two
inline constexpr int kExitUsage = 2;        // wrong arguments or settings
inline constexpr int kExitNoBackend = 3;    // a backend that was asked for is not available

// What the process should do about itself.
struct EndOfProcess {
    int exit_code = kExitCheckFailed;
    std::string reason;
    friend bool operator==(const EndOfProcess&, const EndOfProcess&) = default;
};

struct HealthReport {
    HealthState state = HealthState::starting;
    std::string reason;  // one sentence
    TimePoint since{};   // of the state
    std::vector<BackendHealth> backends;
    std::optional<FailoverStatus> failover;
    bool is_moving = true;  // neither lane nor loop is stuck: what a supervisor's watchdog asks
    std::optional<EndOfProcess> end;
};

class HealthMonitor {
  public:
    HealthMonitor(HealthLimits limits, TimePoint now);

    // The backends are made, tested and may serve; from now on they are named by their index.
    void on_loaded(std::vector<BackendHealth> backends);
    void on_load_failed(std::string reason, int exit_code);
    void on_drain() { is_draining_ = true; }
    void on_canary_out(std::size_t backend, std::optional<TimePoint> since);
    void on_canary(std::size_t backend, const CanaryResult& result, TimePoint at);
    void on_batch(std::size_t backend, std::optional<Code> failed, TimePoint at);
    void on_failover(FailoverStatus status) { report_.failover = std::move(status); }
    void on_batcher(BatcherStatus status) { batcher_ = std::move(status); }
    void on_devices(const std::vector<DeviceReport>& reports);
    void on_loops(std::vector<TimePoint> last_pulses) { loops_ = std::move(last_pulses); }

    // Concludes; call it at least once every stall_after.
    const HealthReport& evaluate(TimePoint now);
    const HealthReport& report() const { return report_; }

  private:
    struct Verdict {
        HealthState state;
        std::string reason;
        int exit_code = 1;
    };
    struct Stuck {
        std::string what;
        TimePoint since;
    };

    Duration age(TimePoint since, TimePoint now) const;
    void find_overdue(BackendHealth& backend, TimePoint now) const;
    std::optional<Stuck> find_stuck(TimePoint now) const;
    bool is_failed_over() const;
    bool is_device_lost() const;
    const BackendHealth* serving() const;
    std::optional<Verdict> find_failure() const;
    Verdict judge(const std::optional<Stuck>& stuck) const;
    std::optional<EndOfProcess> find_end(const Verdict& verdict, const std::optional<Stuck>& stuck,
                                         TimePoint now) const;

    HealthLimits limits_;
    TimePoint evaluated_;
    TimePoint trusted_since_;  // the end of the latest gap in which this process was not run
    bool is_loaded_ = false;
    bool is_draining_ = false;
    std::optional<Verdict> load_failure_;
    BatcherStatus batcher_;
    std::vector<TimePoint> loops_;
    std::string device_trouble_;
    HealthReport report_;
};

}  // namespace qr
