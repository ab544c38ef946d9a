// When an open loop means to send: a pure sequence of times, whatever the server does.
//
// A Poisson stream starts anew at each step, which changes nothing about it: it has no memory.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "perf/load/plan.h"

namespace qr::load {

struct Intent {
    Duration at{};         // since the run began
    std::size_t step = 0;  // that it belongs to
};

class Schedule {
  public:
    Schedule(std::vector<Step> steps, Arrivals arrivals, std::uint64_t seed);

    // The next intent, if there is one; take() moves on.
    const std::optional<Intent>& next() const { return next_; }
    void take();

  private:
    std::optional<Duration> after(const Step& step);

    std::vector<Step> steps_;
    Arrivals arrivals_;
    std::mt19937_64 random_;
    std::size_t step_ = 0;
    Duration step_began_{};
    std::uint64_t taken_in_step_ = 0;
    Duration last_{};  // since the step began
    std::optional<Intent> next_;
};

}  // namespace qr::load
