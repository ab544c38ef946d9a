// A device and the CPU as one backend: each batch is scored where it finishes first.
//
// The invariant of every backend makes this free of consequences: the bits are the same on either
// side. cost_router.h decides, here are the lock, the clock and the two backends. The device stands
// behind its FailoverBackend, which alone judges whether it serves; while it does not, batches go
// to the CPU without asking it. A batch that the CPU has no memory for goes to the device. See
// docs/decisions/0011-cost-router.md.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "host/backend/cost_router.h"
#include "host/backend/failover_backend.h"
#include "host/backend/fidelity_backend.h"
#include "host/base/clock.h"

namespace qr {

// A batch is planned before its side is known. It may be as large as the device likes, so that the
// arithmetic of many queries pays there, but no more than this many of the CPU's own batches: it
// has to take the same batch when the device is lost, and a lane must not hold it for long.
inline constexpr std::size_t kHostBatchesMax = 4;

// For metrics.
struct RoutedSide {
    SideCosts costs;
    double drift = 1;  // what estimates are multiplied by now
    std::array<std::uint64_t, kRouteReasons> decisions = {};
    // Of the batches that the side scored itself and that were estimated: all but the small ones.
    Duration estimated{};
    Duration actual{};
};
using RoutedStatus = std::array<RoutedSide, kSides>;  // by Side

class RoutedBackend final : public FidelityBackend {
  public:
    struct Costs {
        SideCosts device;  // of the FailoverBackend, not of the bare device: its checks cost too
        SideCosts host;
    };
    // `host` should be the failover's secondary: two pools would share the same cores.
    RoutedBackend(std::shared_ptr<FailoverBackend> device, std::shared_ptr<FidelityBackend> host,
                  const Clock& clock, const Costs& costs);

    std::string_view name() const override { return device_->name(); }
    // The device's, with the lanes of both sides. What is scored at once is small enough to go to
    // the CPU in any case, and to wait there for nothing large.
    BackendCapabilities capabilities() const override;
    // Scores::backend names the CPU where it computed them.
    Result<Scores> score(const ScoreBatch& batch) override;

    std::vector<DeviceReport> devices() const override { return device_->devices(); }
    StagingMemory staging() const override { return staging_; }

    RoutedStatus status() const;

  private:
    Route route(const BatchShape& shape);
    Result<Scores> score_on(Side side, const ScoreBatch& batch);
    Result<Scores> score_routed(const Route& route, const ScoreBatch& batch);
    void count(Side side, RouteReason reason);
    void end(const Route& route, CostRouter::Outcome outcome, Duration actual, TimePoint now);

    const std::shared_ptr<FailoverBackend> device_;
    const std::shared_ptr<FidelityBackend> host_;
    const Clock& clock_;
    const StagingMemory staging_;
    const BackendCapabilities device_can_;  // while it serves
    const BackendCapabilities host_can_;
    const std::size_t small_multiply_adds_max_;
    using Counts = std::array<std::atomic<std::uint64_t>, kRouteReasons>;
    std::array<Counts, kSides> decisions_ = {};
    mutable std::mutex mutex_;
    CostRouter router_;
    std::array<Duration, kSides> estimated_ = {};
    std::array<Duration, kSides> actual_ = {};
};

}  // namespace qr
