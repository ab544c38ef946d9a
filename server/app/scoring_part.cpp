#include "server/app/scoring_part.h"

#include <chrono>
#include <utility>

#include "host/backend/calibration.h"
#include "server/app/backend_options.h"

namespace qr {
namespace {

constexpr std::string_view kCpuDevice = "cpu";
constexpr std::string_view kCpuBackend = "cpu";
constexpr std::string_view kAnyBackend = "auto";

// Admission bounds the jobs; this bound on memory stands above all that a reload may admit.
BatcherLimits batcher_limits_of(const Config& config) {
    return {.jobs_max = kConcurrentRequestsMax,
            .delay_max = std::chrono::microseconds(config.queue_delay_max_us)};
}

// A device that cannot be measured now serves as one that was forced: it first, the CPU behind it.
void add_routing(CheckedBackend& checked, const Clock& clock) {
    const std::shared_ptr<FidelityBackend>& cpu = checked.failover->secondary();
    const Result<SideCosts> device = calibrate(*checked.failover, clock);
    const Result<SideCosts> host = calibrate(*cpu, clock);
    if (!device.ok() || !host.ok()) {
        checked.remark = (device.ok() ? host : device).error().message;
        return;
    }
    checked.routed = std::make_shared<RoutedBackend>(
        checked.failover, cpu, clock, RoutedBackend::Costs{.device = *device, .host = *host});
    checked.backend = checked.routed;
}

}  // namespace

Result<CheckedBackend> make_checked_backend(const Config& config,
                                            std::span<const BackendEntry> entries,
                                            const Clock& clock,
                                            std::function<void(const FailoverStatus&)> on_change) {
    BackendOptions options = backend_options_of(config);
    std::string passed_over;
    options.on_passed_over = [&](std::string_view name, const Error& why) {
        if (passed_over.empty()) passed_over = std::string(name) + ": " + why.message;
    };
    Result<std::unique_ptr<FidelityBackend>> made = make_backend(entries, config.backend, options);
    if (!made.ok()) return made.error();
    const std::shared_ptr<FidelityBackend> backend = std::move(*made);
    const Result<SelfTestReport> report = self_test(*backend);
    if (!report.ok()) return report.error();
    if (backend->capabilities().device == kCpuDevice) {
        return CheckedBackend{.backend = backend, .report = *report, .remark = passed_over};
    }
    Result<std::unique_ptr<FidelityBackend>> cpu = make_backend(kCpuBackend, options);
    if (!cpu.ok()) return cpu.error();
    Result<std::unique_ptr<FailoverBackend>> failover = FailoverBackend::make(
        backend, std::move(*cpu), clock,
        {.timeout = config.backend_timeout, .on_change = std::move(on_change)});
    if (!failover.ok()) return failover.error();
    const std::shared_ptr<FailoverBackend> guarded = std::move(*failover);
    CheckedBackend checked{.backend = guarded, .failover = guarded, .report = *report};
    if (config.backend == kAnyBackend) add_routing(checked, clock);
    return checked;
}

ScoringPart::ScoringPart(CheckedBackend checked, const Config& config, const Clock& clock,
                         BufferPool& buffers, Metrics& metrics, Encoder* encoder,
                         const CollectionServices* collections, BatchObserver& observer)
    : backend(std::move(checked.backend)),
      failover(std::move(checked.failover)),
      routed(std::move(checked.routed)),
      self_test(checked.report),
      batcher(*backend, clock, batcher_limits_of(config), &observer),
      services{.clock = clock,
               .buffers = buffers,
               .batcher = batcher,
               .metrics = metrics,
               .encoder = encoder,
               .collections = collections} {
    StagingMemory staging = backend->staging();
    if (!staging.bytes.empty()) buffers.stage_in(staging.bytes, std::move(staging.keeps));
}

}  // namespace qr
