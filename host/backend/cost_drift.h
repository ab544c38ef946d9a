// Corrects a side's estimates by what batches really take: slowly, within bounds, forgetting.
//
// The constants are measured once, on a machine that may just be busy, and clocks and neighbours
// change for weeks after. A factor on all estimates of a side follows the observed ratios: the
// constants themselves stay, because single batches cannot tell them apart. It is bounded, so that
// no series of bad luck turns the router upside down, and it returns to 1 by itself: a side that
// looks slow gets no batches, so nothing else could ever prove the contrary. Pure.
#pragma once

#include "host/base/clock.h"

namespace qr {

inline constexpr double kDriftMax = 4;            // and its inverse
inline constexpr double kDriftWeight = 1.0 / 16;  // of one observation
inline constexpr Duration kDriftHalfLife = std::chrono::seconds(10);
// Shorter batches tell of the machine's scheduling, not of a side's speed.
inline constexpr Duration kDriftEstimateMin = std::chrono::microseconds(200);

class CostDrift {
  public:
    // What estimates are to be multiplied by.
    double factor(TimePoint now) const;
    // A batch that had the side to itself. `estimated`: with the factor.
    void observe(Duration estimated, Duration actual, TimePoint now);

  private:
    double log2_at(TimePoint now) const;

    double log2_ = 0;
    TimePoint at_{};
};

}  // namespace qr
