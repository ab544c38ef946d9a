#include "perf/load/schedule.h"

#include <cmath>
#include <utility>

namespace qr::load {
namespace {

// Rounded down to whole nanoseconds; far beyond any step where it does not fit.
Duration seconds(double count) {
    constexpr double kLongest = 1e9;
    return std::chrono::duration_cast<Duration>(
        std::chrono::duration<double>(std::min(count, kLongest)));
}

// In [0, 1), from the 53 bits that a double holds.
double uniform(std::mt19937_64& random) {
    return static_cast<double>(random() >> 11) * 0x1p-53;
}

}  // namespace

Schedule::Schedule(std::vector<Step> steps, Arrivals arrivals, std::uint64_t seed)
    : steps_(std::move(steps)), arrivals_(arrivals), random_(seed) {
    take();
}

std::optional<Duration> Schedule::after(const Step& step) {
    if (step.rate <= 0) return std::nullopt;
    // Multiplied, not summed up: a constant rate must not drift.
    const Duration at = arrivals_ == Arrivals::constant
                            ? seconds(static_cast<double>(taken_in_step_) / step.rate)
                            : last_ + seconds(-std::log1p(-uniform(random_)) / step.rate);
    if (at >= step.length) return std::nullopt;
    return at;
}

void Schedule::take() {
    for (; step_ < steps_.size(); ++step_) {
        const Step& step = steps_[step_];
        if (const std::optional<Duration> at = after(step)) {
            last_ = *at;
            ++taken_in_step_;
            next_ = Intent{step_began_ + *at, step_};
            return;
        }
        step_began_ += step.length;
        taken_in_step_ = 0;
        last_ = {};
    }
    next_ = std::nullopt;
}

}  // namespace qr::load
