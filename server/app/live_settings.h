// What a reload may change, as one snapshot: a request keeps the one it began with.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

#include "host/admission/admission_policy.h"
#include "server/config/config.h"
#include "server/filters/authenticate.h"
#include "server/filters/cors.h"
#include "server/handlers/services.h"

namespace qr {

struct LiveSettings {
    explicit LiveSettings(const Config& config);

    const Authenticator authenticator;
    const Cors cors;
    const RequestLimits limits;
    const std::size_t shed_percent;
};

AdmissionLimits admission_limits_of(const Config& config);

// The snapshot in force. Read by any thread, replaced by one.
class CurrentSettings {
  public:
    using Snapshot = std::shared_ptr<const LiveSettings>;

    explicit CurrentSettings(const Config& config) { replace(config); }

    Snapshot get() const { return snapshot_.load(); }
    void replace(const Config& config) {
        snapshot_.store(std::make_shared<const LiveSettings>(config));
    }

  private:
    std::atomic<Snapshot> snapshot_;
};

}  // namespace qr
