// Time as the tree sees it: monotonic, and passed in, so that every decision can be tested as a
// table.
#pragma once

#include <chrono>

namespace qr {

using TimePoint = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

constexpr double in_seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

class Clock {
  public:
    virtual ~Clock() = default;
    virtual TimePoint now() const = 0;
};

class SteadyClock final : public Clock {
  public:
    TimePoint now() const override { return std::chrono::steady_clock::now(); }
};

}  // namespace qr
