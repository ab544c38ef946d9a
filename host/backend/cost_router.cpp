#include "host/backend/cost_router.h"

#include <algorithm>
#include <chrono>

namespace qr {
namespace {

Duration duration_of(double seconds) {
    const double bounded = std::min(seconds, in_seconds(CostRouter::kEstimateMax));
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(bounded));
}

// One that is overdue takes as long again as it is late.
TimePoint expected_end(TimePoint estimated, TimePoint now) {
    return estimated >= now ? estimated : now + (now - estimated);
}

}  // namespace

std::string_view to_string(Side side) {
    return side == Side::device ? "device" : "host";
}

std::string_view to_string(RouteReason reason) {
    switch (reason) {
        case RouteReason::small:
            return "small";
        case RouteReason::faster:
            return "faster";
        case RouteReason::spilled:
            return "spilled";
        case RouteReason::lost:
            return "lost";
        case RouteReason::refused:
            break;
    }
    return "refused";
}

CostRouter::CostRouter(const SideTerms& device, const SideTerms& host,
                       std::size_t small_multiply_adds_max)
    : sides_{SideState{device, {}}, SideState{host, {}}},
      small_multiply_adds_max_(small_multiply_adds_max) {
    under_way_.reserve(kUnderWayMax);
    ends_.reserve(kUnderWayMax);
}

Route CostRouter::route(const BatchShape& shape, Device device, TimePoint now) {
    const Place host = best_place(Side::host, shape, now);
    if (device == Device::lost) return enter(Side::host, RouteReason::lost, host, now);
    const Place other = best_place(Side::device, shape, now);
    const bool is_host = is_host_first(in_seconds(host.estimated), in_seconds(other.estimated));
    const bool is_host_when_idle =
        is_host_first(idle_seconds(Side::host, shape, now), idle_seconds(Side::device, shape, now));
    const RouteReason reason =
        is_host == is_host_when_idle ? RouteReason::faster : RouteReason::spilled;
    return is_host ? enter(Side::host, reason, host, now) : enter(Side::device, reason, other, now);
}

Route CostRouter::route_to(Side side, RouteReason reason, const BatchShape& shape, TimePoint now) {
    return enter(side, reason, best_place(side, shape, now), now);
}

double CostRouter::idle_seconds(Side side, const BatchShape& shape, TimePoint now) const {
    return drift(side, now) * seconds(of(side).terms.costs, shape);
}

CostRouter::Place CostRouter::best_place(Side side, const BatchShape& shape, TimePoint now) {
    Place best{.unit = 0, .estimated = finish_on(side, 0, shape, now) - now};
    for (std::size_t unit = 1; unit < of(side).terms.units; ++unit) {
        const Duration estimated = finish_on(side, unit, shape, now) - now;
        if (estimated < best.estimated) best = {.unit = unit, .estimated = estimated};
    }
    return best;
}

TimePoint CostRouter::finish_on(Side side, std::size_t unit, const BatchShape& shape,
                                TimePoint now) {
    const SideTerms& terms = of(side).terms;
    const double factor = drift(side, now);
    ends_.clear();
    for (const UnderWay& batch : under_way_) {
        if (batch.side == side && batch.unit == unit)
            ends_.push_back(expected_end(batch.ends, now));
    }
    std::ranges::sort(ends_);
    const bool has_free_lane = ends_.size() < terms.lanes_per_unit;
    const TimePoint begins = has_free_lane ? now : ends_[ends_.size() - terms.lanes_per_unit];
    const TimePoint all_end = ends_.empty() ? now : ends_.back();
    return std::max(begins + duration_of(factor * terms.costs.latency), all_end) +
           duration_of(factor * work_seconds(terms.costs, shape));
}

Route CostRouter::enter(Side side, RouteReason reason, const Place& place, TimePoint now) {
    const Duration estimated = std::min(place.estimated, kEstimateMax);
    Route route{.side = side, .reason = reason, .estimated = estimated};
    if (under_way_.size() == kUnderWayMax) return route;
    route.ticket = ++last_ticket_;
    bool is_alone = true;
    for (UnderWay& batch : under_way_) {
        if (batch.side != side || batch.unit != place.unit) continue;
        batch.is_alone = false;
        is_alone = false;
    }
    under_way_.push_back({.ticket = route.ticket,
                          .side = side,
                          .unit = place.unit,
                          .began = now,
                          .ends = now + estimated,
                          .is_alone = is_alone});
    return route;
}

void CostRouter::end(const Route& route, Outcome outcome, TimePoint now) {
    const auto found = std::ranges::find(under_way_, route.ticket, &UnderWay::ticket);
    if (found == under_way_.end()) return;
    const UnderWay batch = *found;
    *found = under_way_.back();
    under_way_.pop_back();
    if (outcome != Outcome::scored || !batch.is_alone) return;
    CostDrift& drift = sides_[static_cast<std::size_t>(batch.side)].drift;
    drift.observe(route.estimated, now - batch.began, now);
}

// The dearest shape for its multiply-adds: one query, so that each brings four bytes, and rows
// short enough that scores count.
std::size_t small_multiply_adds_max(const SideCosts& device, const SideCosts& host,
                                    std::size_t host_max) {
    constexpr double kDimension = 32;
    const double each = host.multiply_add + sizeof(float) * host.byte + host.pair / kDimension;
    const double room = (1 - kHostMustSave) * device.latency - host.latency - host.task;
    if (room <= 0) return 0;
    if (each * static_cast<double>(host_max) <= room) return host_max;
    return static_cast<std::size_t>(room / each);
}

}  // namespace qr
