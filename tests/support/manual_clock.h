// A stand-in for SteadyClock that moves only when a test moves it. Thread-safe.
#pragma once

#include <atomic>

#include "host/base/clock.h"

namespace qr::test {

class ManualClock final : public Clock {
  public:
    TimePoint now() const override { return TimePoint(Duration(ticks_.load())); }
    void advance(Duration step) { ticks_.fetch_add(step.count()); }

  private:
    std::atomic<Duration::rep> ticks_{1'000'000'000};
};

}  // namespace qr::test
