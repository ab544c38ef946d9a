// What exists once there is a backend: the backend, the batcher before it, and what handlers use.
#pragma once

#include <memory>

#include "host/backend/fidelity_backend.h"
#include "host/base/error.h"
#include "host/batching/batcher.h"
#include "server/config/config.h"
#include "server/handlers/services.h"

namespace qr {

struct CheckedBackend {
    std::unique_ptr<FidelityBackend> backend;
    SelfTestReport report;
};

// The configured backend, once it has passed its self-test. Errors: as make_backend and self_test.
Result<CheckedBackend> make_checked_backend(const Config& config);

// All but the backend must outlive it.
struct ScoringPart {
    ScoringPart(CheckedBackend checked, const Config& config, const Clock& clock,
                BufferPool& buffers, Metrics& metrics, BatchObserver& observer);

    const std::unique_ptr<FidelityBackend> backend;
    const SelfTestReport self_test;
    Batcher batcher;
    const Services services;
};

}  // namespace qr
