// How fast places come free, and from that, when a refused request has a fair chance.
//
// Pure: driven by (count, now). Only time in which somebody holds a place counts: an idle night
// says nothing of how fast a crowd is served. Older seconds weigh less, by half each kHalfLife.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "host/base/clock.h"

namespace qr {

class DrainRate {
  public:
    static constexpr Duration kHalfLife = std::chrono::seconds(1);

    // The first place is taken: time counts from here.
    void begin(TimePoint now) { last_ = now; }
    // `count` places came free; not before begin().
    void release(std::size_t count, TimePoint now);

    // Places a second while somebody held one; empty while nothing has been released yet.
    std::optional<double> places_per_second(TimePoint now) const;

  private:
    void advance(TimePoint now);

    TimePoint last_{};
    double seconds_ = 0;  // busy ones, each weighed by its age
    double places_ = 0;
};

inline constexpr Duration kRetryMin = std::chrono::milliseconds(1);
inline constexpr Duration kRetryMax = std::chrono::seconds(30);
inline constexpr Duration kRetryUnknown = std::chrono::seconds(1);

// When to ask again: about the time in which half of `jobs` has drained, kRetryUnknown without a
// rate; 25 % more or less by `sequence`, so that those refused together do not return together.
// Within kRetryMin..kRetryMax.
Duration retry_after(std::size_t jobs, std::optional<double> places_per_second,
                     std::uint64_t sequence);

}  // namespace qr
