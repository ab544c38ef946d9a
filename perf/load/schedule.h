// When an open loop means to send: a pure sequence of times, whatever the server does.
//
// Each step integrates its rate: the count of intents expected until a time. Constant arrivals come
// where that count is whole, Poisson ones where a stream of rate 1 has its events; both are turned
// back into times, so that a ramp needs no rule of its own and nothing is summed up that could
// drift. A Poisson stream starts anew at each step, which changes nothing: it has no memory.
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
    bool has_taken_in_step_ = false;
    double count_ = 0;  // expected in the step until its last intent
    std::optional<Intent> next_;
};

}  // namespace qr::load
