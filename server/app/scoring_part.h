// What exists once there is a backend: the backend, the batcher before it, and what handlers use.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "host/backend/backends.h"
#include "host/backend/failover_backend.h"
#include "host/backend/routed_backend.h"
#include "host/base/error.h"
#include "host/batching/batcher.h"
#include "server/config/config.h"
#include "server/handlers/services.h"

namespace qr {

struct CheckedBackend {
    std::shared_ptr<FidelityBackend> backend;
    std::shared_ptr<FailoverBackend> failover;  // where a device has the CPU behind it
    std::shared_ptr<RoutedBackend> routed;      // `backend`, where it sends batches to either
    SelfTestReport report;
    std::string remark;  // why a device does not serve, or does not share with the CPU; else empty
};

// The configured backend, once it has passed its self-test. One that is a device comes with the CPU
// behind it; chosen by "auto" it also shares its batches with the CPU, by what they cost on either
// side, measured here. One that was forced by its name gets all batches. `on_change`: see
// FailoverOptions. Errors: as make_backend and self_test.
Result<CheckedBackend> make_checked_backend(const Config& config,
                                            std::span<const BackendEntry> entries,
                                            const Clock& clock,
                                            std::function<void(const FailoverStatus&)> on_change);

// All but the backend must outlive it.
struct ScoringPart {
    ScoringPart(CheckedBackend checked, const Config& config, const Clock& clock,
                BufferPool& buffers, Metrics& metrics, Encoder* encoder,
                const CollectionServices* collections, BatchObserver& observer);

    const std::shared_ptr<FidelityBackend> backend;
    const std::shared_ptr<FailoverBackend> failover;
    const std::shared_ptr<RoutedBackend> routed;
    const SelfTestReport self_test;
    Batcher batcher;
    const Services services;
};

}  // namespace qr
