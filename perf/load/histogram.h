// Durations counted in log-linear buckets: exact below 256 ns, then 128 buckets an octave, so that
// a quantile is never understated and at most 1/128 (0.8 %) too large.
#pragma once

#include <cstdint>
#include <vector>

#include "host/base/clock.h"

namespace qr::load {

class Histogram {
  public:
    static constexpr double kRelativeErrorMax = 1.0 / 128;
    static constexpr Duration kLongest = std::chrono::hours(2);  // longer ones count as this

    void add(Duration value);  // negative: 0

    std::uint64_t count() const { return count_; }
    Duration max() const { return max_; }  // exact
    // The smallest value that a share `q` of all does not exceed; q in [0, 1]; 0 when empty.
    Duration quantile(double q) const;

  private:
    std::vector<std::uint64_t> buckets_;  // as far as anything was counted
    std::uint64_t count_ = 0;
    Duration max_{};
};

}  // namespace qr::load
