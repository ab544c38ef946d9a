#include "server/app/scoring_part.h"

#include <chrono>
#include <utility>

#include "host/backend/backends.h"

namespace qr {
namespace {

// Admission bounds the jobs; this bound on memory stands above all that a reload may admit.
BatcherLimits batcher_limits_of(const Config& config) {
    return {.jobs_max = kConcurrentRequestsMax,
            .delay_max = std::chrono::microseconds(config.queue_delay_max_us)};
}

}  // namespace

Result<CheckedBackend> make_checked_backend(const Config& config) {
    const BackendOptions options{.threads = config.backend_threads};
    Result<std::unique_ptr<FidelityBackend>> backend = make_backend(config.backend, options);
    if (!backend.ok()) return backend.error();
    const Result<SelfTestReport> report = self_test(**backend);
    if (!report.ok()) return report.error();
    return CheckedBackend{.backend = std::move(*backend), .report = *report};
}

ScoringPart::ScoringPart(CheckedBackend checked, const Config& config, const Clock& clock,
                         BufferPool& buffers, Metrics& metrics, BatchObserver& observer)
    : backend(std::move(checked.backend)),
      self_test(checked.report),
      batcher(*backend, clock, batcher_limits_of(config), &observer),
      services{.clock = clock, .buffers = buffers, .batcher = batcher, .metrics = metrics} {}

}  // namespace qr
