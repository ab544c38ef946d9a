#include "perf/load/schedule.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace qr::load {
namespace {

// Rounded down to whole nanoseconds; far beyond any step where it does not fit.
Duration duration_of(double seconds) {
    constexpr double kLongest = 1e9;
    return std::chrono::duration_cast<Duration>(
        std::chrono::duration<double>(std::min(seconds, kLongest)));
}

// In [0, 1), from the 53 bits that a double holds.
double uniform(std::mt19937_64& random) {
    return static_cast<double>(random() >> 11) * 0x1p-53;
}

// The seconds after which the step expects `count` intents: solves
// rate * t + slope * t^2 / 2 = count in the form that cancels nothing. None: never.
std::optional<double> time_of(const Step& step, double count) {
    const double length = std::chrono::duration<double>(step.length).count();
    const double slope = (step.rate_end - step.rate) / length;
    const double square = step.rate * step.rate + 2 * slope * count;
    if (square < 0 || step.rate_max() <= 0) return std::nullopt;
    if (count <= 0) return 0;
    return 2 * count / (step.rate + std::sqrt(square));
}

}  // namespace

Schedule::Schedule(std::vector<Step> steps, Arrivals arrivals, std::uint64_t seed)
    : steps_(std::move(steps)), arrivals_(arrivals), random_(seed) {
    take();
}

std::optional<Duration> Schedule::after(const Step& step) {
    if (arrivals_ == Arrivals::poisson)
        count_ += -std::log1p(-uniform(random_));
    else if (has_taken_in_step_)
        count_ += 1;
    const std::optional<double> time = time_of(step, count_);
    if (!time || duration_of(*time) >= step.length) return std::nullopt;
    return duration_of(*time);
}

void Schedule::take() {
    for (; step_ < steps_.size(); ++step_) {
        const Step& step = steps_[step_];
        if (const std::optional<Duration> at = after(step)) {
            has_taken_in_step_ = true;
            next_ = Intent{step_began_ + *at, step_};
            return;
        }
        step_began_ += step.length;
        has_taken_in_step_ = false;
        count_ = 0;
    }
    next_ = std::nullopt;
}

}  // namespace qr::load
