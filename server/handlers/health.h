// GET /health/live, /health/ready and /health: bare words for probes, details for people.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "host/admission/admission.h"
#include "host/backend/device_report.h"
#include "host/backend/fidelity_backend.h"
#include "host/base/clock.h"
#include "host/batching/batcher.h"
#include "host/collection/collection.h"
#include "host/health/health_monitor.h"
#include "host/store/store.h"
#include "server/http/message.h"

namespace qr {

// What GET /health shows, gathered by the composition root.
struct HealthSnapshot {
    TimePoint now{};
    TimePoint started{};
    std::size_t connections = 0;
    std::size_t requests_in_flight = 0;
    AdmissionFigures admitted;
    HealthReport health;
    // Of the backend that was chosen; these four only where health.backends is not empty.
    BatcherStatus batcher;
    BackendCapabilities capabilities;
    SelfTestReport self_test;
    std::vector<DeviceReport> devices;
    // Where collections are kept.
    std::vector<CollectionInfo> collections;
    std::optional<StoreCondition> store;
};

struct Readiness {
    HealthState state = HealthState::starting;
    bool is_ready = false;
    bool is_loading = false;  // collections, still
};

std::string print_liveness();  // the process answers; nothing else is asked
// 200 when ready, else 503 with Retry-After. A degraded server says so in a field, too.
http::Response readiness_response(Readiness readiness);
std::string print_health(const HealthSnapshot& snapshot);

}  // namespace qr
