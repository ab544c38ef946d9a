// GET /health/live, /health/ready and /health: bare words for probes, details for people.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "host/backend/fidelity_backend.h"
#include "host/base/clock.h"
#include "server/app/server_state.h"
#include "server/http/message.h"

namespace qr {

// What GET /health shows, gathered by the composition root.
struct HealthSnapshot {
    State state = State::starting;
    Duration uptime{};
    std::size_t connections = 0;
    std::size_t requests_in_flight = 0;
    std::size_t queue_jobs = 0;
    struct Backend {
        std::string name;
        BackendCapabilities capabilities;
        SelfTestReport self_test;
    };
    std::optional<Backend> backend;  // absent while starting
};

std::string print_liveness();                    // the process answers; nothing else is asked
http::Response readiness_response(State state);  // 200 when ready, else 503 with Retry-After
std::string print_health(const HealthSnapshot& snapshot);

}  // namespace qr
