// When a transfer is given up: too long without a byte, or too slow on average.
//
// Pure: driven by (now, bytes). No check runs per byte or per read; both rules are folded into one
// point in time, which whoever watches compares with the clock.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "host/base/clock.h"
#include "server/http/limits.h"

namespace qr::http {

class Pace {
  public:
    // `timeout`: the longest pause between two moves.
    Pace(TimePoint started, std::chrono::milliseconds timeout, const Limits& limits)
        : started_(started),
          moved_(started),
          timeout_(timeout),
          rate_grace_(limits.rate_grace),
          rate_min_(std::max<std::size_t>(limits.rate_min_bytes_per_s, 1)) {}

    void move(TimePoint now, std::size_t bytes) {
        moved_ = now;
        bytes_ += bytes;
    }

    // Without another byte the transfer is dead at this time: the pause was too long, or, once the
    // grace is over, the average since the start has fallen below the minimum.
    TimePoint deadline() const {
        const std::chrono::duration<double> earned(static_cast<double>(bytes_) /
                                                   static_cast<double>(rate_min_));
        const Duration allowed =
            std::max<Duration>(rate_grace_, std::chrono::duration_cast<Duration>(earned));
        return std::min(moved_ + timeout_, started_ + allowed);
    }

  private:
    TimePoint started_;
    TimePoint moved_;
    Duration timeout_;
    Duration rate_grace_;
    std::size_t rate_min_;
    std::size_t bytes_ = 0;
};

}  // namespace qr::http
