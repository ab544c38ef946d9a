#include "host/backend/routed_backend.h"

#include <algorithm>
#include <utility>

namespace qr {
namespace {

std::size_t index_of(Side side) {
    return static_cast<std::size_t>(side);
}

SideTerms terms_of(const SideCosts& costs, std::size_t units, std::size_t lanes) {
    const std::size_t some = std::max<std::size_t>(units, 1);
    return {
        .costs = costs, .units = some, .lanes_per_unit = std::max<std::size_t>(lanes / some, 1)};
}

// The request's doing, or the machine's; a bug is neither.
bool may_fit_elsewhere(const Error& error) {
    return error.code == Code::out_of_memory || error.code == Code::unavailable;
}

}  // namespace

RoutedBackend::RoutedBackend(std::shared_ptr<FailoverBackend> device,
                             std::shared_ptr<FidelityBackend> host, const Clock& clock,
                             const Costs& costs)
    : device_(std::move(device)),
      host_(std::move(host)),
      clock_(clock),
      staging_(device_->staging()),
      device_can_(device_->primary()->capabilities()),
      host_can_(host_->capabilities()),
      small_multiply_adds_max_(
          small_multiply_adds_max(costs.device, costs.host, host_can_.at_once_multiply_adds_max)),
      router_(terms_of(costs.device, device_->devices().size(), device_can_.lanes),
              terms_of(costs.host, 1, host_can_.lanes), small_multiply_adds_max_) {}

BackendCapabilities RoutedBackend::capabilities() const {
    BackendCapabilities can = device_->capabilities();
    can.lanes = device_can_.lanes + host_can_.lanes;
    can.batch_multiply_adds_max = std::min(device_can_.batch_multiply_adds_max,
                                           kHostBatchesMax * host_can_.batch_multiply_adds_max);
    can.at_once_multiply_adds_max = small_multiply_adds_max_;
    return can;
}

Result<Scores> RoutedBackend::score(const ScoreBatch& batch) {
    const BatchShape shape = shape_of(batch, staging_.bytes);
    if (router_.is_small(shape)) {
        count(Side::host, RouteReason::small);
        return score_on(Side::host, batch);
    }
    const Route first = route(shape);
    Result<Scores> scores = score_routed(first, batch);
    const bool is_refused_by_host = first.side == Side::host && !scores.ok();
    if (!is_refused_by_host || !may_fit_elsewhere(scores.error())) return scores;
    if (device_->state() != PrimaryState::serving) return scores;
    Route second;
    {
        const std::lock_guard lock(mutex_);
        second = router_.route_to(Side::device, RouteReason::refused, shape, clock_.now());
    }
    return score_routed(second, batch);
}

Route RoutedBackend::route(const BatchShape& shape) {
    const bool is_serving = device_->state() == PrimaryState::serving;
    const auto device = is_serving ? CostRouter::Device::serving : CostRouter::Device::lost;
    const std::lock_guard lock(mutex_);
    return router_.route(shape, device, clock_.now());
}

Result<Scores> RoutedBackend::score_on(Side side, const ScoreBatch& batch) {
    if (side == Side::device) return device_->score(batch);
    Result<Scores> scores = host_->score(batch);
    if (scores.ok() && scores->backend.empty()) scores->backend = host_->name();
    return scores;
}

Result<Scores> RoutedBackend::score_routed(const Route& route, const ScoreBatch& batch) {
    count(route.side, route.reason);
    const TimePoint begun = clock_.now();
    Result<Scores> scores = score_on(route.side, batch);
    const TimePoint now = clock_.now();
    const bool is_own = scores.ok() && (route.side == Side::host || scores->backend.empty());
    const bool is_whole = is_own && std::ranges::none_of(scores->tasks, &TaskScores::is_dropped);
    end(route, is_whole ? CostRouter::Outcome::scored : CostRouter::Outcome::other, now - begun,
        now);
    return scores;
}

void RoutedBackend::count(Side side, RouteReason reason) {
    decisions_[index_of(side)][static_cast<std::size_t>(reason)].fetch_add(
        1, std::memory_order_relaxed);
}

void RoutedBackend::end(const Route& route, CostRouter::Outcome outcome, Duration actual,
                        TimePoint now) {
    const std::lock_guard lock(mutex_);
    router_.end(route, outcome, now);
    if (outcome != CostRouter::Outcome::scored) return;
    estimated_[index_of(route.side)] += route.estimated;
    actual_[index_of(route.side)] += actual;
}

RoutedStatus RoutedBackend::status() const {
    RoutedStatus status;
    const TimePoint now = clock_.now();
    const std::lock_guard lock(mutex_);
    for (const Side side : {Side::device, Side::host}) {
        const std::size_t i = index_of(side);
        status[i] = {.costs = router_.costs(side),
                     .drift = router_.drift(side, now),
                     .estimated = estimated_[i],
                     .actual = actual_[i]};
        for (std::size_t reason = 0; reason < kRouteReasons; ++reason)
            status[i].decisions[reason] = decisions_[i][reason].load(std::memory_order_relaxed);
    }
    return status;
}

}  // namespace qr
