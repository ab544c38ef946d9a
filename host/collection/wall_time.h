// The calendar's time that never goes back: what has expired stays so when the clock is set back.
#pragma once

#include <atomic>

#include "host/collection/document.h"

namespace qr {

class WallTime {
  public:
    explicit WallTime(double (*source)()) : source_(source) {}

    WallSeconds now() const {
        const WallSeconds told = source_();
        WallSeconds latest = latest_.load(std::memory_order_relaxed);
        while (told > latest && !latest_.compare_exchange_weak(latest, told)) {
        }
        return told > latest ? told : latest;
    }

  private:
    double (*const source_)();
    mutable std::atomic<WallSeconds> latest_{0};
};

}  // namespace qr
