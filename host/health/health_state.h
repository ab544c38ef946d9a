// The states of a server and what readiness makes of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace qr {

enum class HealthState : std::uint8_t {
    starting,  // answers, but has no backend yet
    ready,
    degraded,  // the device is lost; the CPU serves
    draining,  // serves what is under way, wants no more
    failing,   // cannot be trusted to serve
};

constexpr std::string_view to_string(HealthState state) {
    switch (state) {
        case HealthState::starting:
            return "starting";
        case HealthState::ready:
            return "ready";
        case HealthState::degraded:
            return "degraded";
        case HealthState::draining:
            return "draining";
        case HealthState::failing:
            return "failing";
    }
    return "failing";
}

// Places of admission: how many requests are in progress, how many may be.
struct Occupancy {
    std::size_t places_in_use = 0;
    std::size_t places_max = 1;
};

// Whether a load balancer should send requests. A degraded server is ready until more than
// `shed_percent` of its places are in use.
constexpr bool is_ready(HealthState state, Occupancy occupancy, std::size_t shed_percent) {
    if (state == HealthState::ready) return true;
    if (state != HealthState::degraded) return false;
    return occupancy.places_in_use * 100 <= occupancy.places_max * shed_percent;
}

}  // namespace qr
