#include "server/app/scoring_part.h"

#include <chrono>
#include <utility>

namespace qr {
namespace {

constexpr std::string_view kCpuDevice = "cpu";
constexpr std::string_view kCpuBackend = "cpu";

// Admission bounds the jobs; this bound on memory stands above all that a reload may admit.
BatcherLimits batcher_limits_of(const Config& config) {
    return {.jobs_max = kConcurrentRequestsMax,
            .delay_max = std::chrono::microseconds(config.queue_delay_max_us)};
}

}  // namespace

Result<CheckedBackend> make_checked_backend(const Config& config,
                                            std::span<const BackendEntry> entries,
                                            const Clock& clock,
                                            std::function<void(const FailoverStatus&)> on_change) {
    const BackendOptions options{.threads = config.backend_threads};
    Result<std::unique_ptr<FidelityBackend>> made = make_backend(entries, config.backend, options);
    if (!made.ok()) return made.error();
    const std::shared_ptr<FidelityBackend> backend = std::move(*made);
    const Result<SelfTestReport> report = self_test(*backend);
    if (!report.ok()) return report.error();
    if (backend->capabilities().device == kCpuDevice) {
        return CheckedBackend{.backend = backend, .failover = nullptr, .report = *report};
    }
    Result<std::unique_ptr<FidelityBackend>> cpu = make_backend(kCpuBackend, options);
    if (!cpu.ok()) return cpu.error();
    Result<std::unique_ptr<FailoverBackend>> failover = FailoverBackend::make(
        backend, std::move(*cpu), clock,
        {.timeout = config.backend_timeout, .on_change = std::move(on_change)});
    if (!failover.ok()) return failover.error();
    const std::shared_ptr<FailoverBackend> guarded = std::move(*failover);
    return CheckedBackend{.backend = guarded, .failover = guarded, .report = *report};
}

ScoringPart::ScoringPart(CheckedBackend checked, const Config& config, const Clock& clock,
                         BufferPool& buffers, Metrics& metrics, BatchObserver& observer)
    : backend(std::move(checked.backend)),
      failover(std::move(checked.failover)),
      self_test(checked.report),
      batcher(*backend, clock, batcher_limits_of(config), &observer),
      services{.clock = clock, .buffers = buffers, .batcher = batcher, .metrics = metrics} {}

}  // namespace qr
