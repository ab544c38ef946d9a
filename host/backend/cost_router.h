// Decides on which side a batch finishes first, the device's or the host's, and keeps account of
// what each has under way.
//
// Pure: no lock, no thread, no clock; every rule is a table in cost_router_test.cpp. A batch goes
//   - to the host when it is `small`: it would be done there before a device had begun;
//   - to the host when the device is `lost`, which is never chosen;
//   - else where it is estimated to finish first, waiting included: `faster` when that is the
//     better side for it anyway, `spilled` when the better one has too much under way.
// Near ties go to the device (kHostMustSave). Every batch gets a side at once and each side works
// in the order of arrival, so nothing starves here.
//
// The estimate. A side has `units` (devices, or the one CPU), a unit has lanes. Lanes of one unit
// hide each other's latency and share everything else, the link as the arithmetic, so the work of a
// unit is done in a row:
//   begins   = now, or when as many of the unit's batches have ended that a lane is free
//   finishes = max(begins + latency, the last of the unit's batches ends) + work
// Two lanes can overlap the copies of one batch with the arithmetic of another, so a device under
// load may be quicker than this: it then spills earlier than it must. A batch that is overdue is
// expected to take as long again as it is late: a side that hangs soon looks too slow to be chosen.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "host/backend/cost_drift.h"
#include "host/backend/cost_model.h"
#include "host/base/clock.h"

namespace qr {

enum class Side : std::uint8_t { device, host };
inline constexpr std::size_t kSides = 2;
std::string_view to_string(Side side);

enum class RouteReason : std::uint8_t {
    small,
    faster,
    spilled,
    lost,
    refused,  // by the other side, which was asked first
};
inline constexpr std::size_t kRouteReasons = 5;
std::string_view to_string(RouteReason reason);

struct SideTerms {
    SideCosts costs;
    std::size_t units = 1;
    std::size_t lanes_per_unit = 1;
};

struct Route {
    Side side = Side::host;
    RouteReason reason = RouteReason::small;
    Duration estimated{};      // from now to its end, waiting included
    std::uint64_t ticket = 0;  // 0: not accounted
};

class CostRouter {
  public:
    // Accounted at most; callers beyond it are routed and not remembered.
    static constexpr std::size_t kUnderWayMax = 256;
    // No estimate is longer.
    static constexpr Duration kEstimateMax = std::chrono::hours(1);

    CostRouter(const SideTerms& device, const SideTerms& host, std::size_t small_multiply_adds_max);

    bool is_small(const BatchShape& shape) const {
        return shape.multiply_adds <= small_multiply_adds_max_;
    }

    enum class Device : std::uint8_t { serving, lost };
    // Of a batch that is not small. It counts as under way until end().
    Route route(const BatchShape& shape, Device device, TimePoint now);
    // To that side, whatever the estimates say.
    Route route_to(Side side, RouteReason reason, const BatchShape& shape, TimePoint now);

    enum class Outcome : std::uint8_t {
        scored,  // all of it, by the side itself: it may teach
        other,   // refused, partly dropped, or scored by another than it was routed to
    };
    void end(const Route& route, Outcome outcome, TimePoint now);

    double drift(Side side, TimePoint now) const { return of(side).drift.factor(now); }
    const SideCosts& costs(Side side) const { return of(side).terms.costs; }

  private:
    struct SideState {
        SideTerms terms;
        CostDrift drift;
    };
    struct UnderWay {
        std::uint64_t ticket;
        Side side;
        std::size_t unit;
        TimePoint began;
        TimePoint ends;  // estimated
        bool is_alone;   // on its unit, all the time
    };
    struct Place {
        std::size_t unit = 0;
        Duration estimated{};
    };

    const SideState& of(Side side) const { return sides_[static_cast<std::size_t>(side)]; }
    double idle_seconds(Side side, const BatchShape& shape, TimePoint now) const;
    Place best_place(Side side, const BatchShape& shape, TimePoint now);
    TimePoint finish_on(Side side, std::size_t unit, const BatchShape& shape, TimePoint now);
    Route enter(Side side, RouteReason reason, const Place& place, TimePoint now);

    std::array<SideState, kSides> sides_;
    const std::size_t small_multiply_adds_max_;
    std::uint64_t last_ticket_ = 0;
    std::vector<UnderWay> under_way_;
    std::vector<TimePoint> ends_;  // of one unit, while an estimate is made
};

// The largest batch that the host has scored, whatever its shape, before a device would have begun;
// at most `host_max`.
std::size_t small_multiply_adds_max(const SideCosts& device, const SideCosts& host,
                                    std::size_t host_max);

}  // namespace qr
