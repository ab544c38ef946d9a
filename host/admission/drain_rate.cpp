#include "host/admission/drain_rate.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace qr {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr double kSpread = 0.25;

// SplitMix64: a number for each count, the same in every run.
// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
double uniform(std::uint64_t sequence) {
    std::uint64_t z = (sequence + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return static_cast<double>(z >> 11) * 0x1.0p-53;
}

}  // namespace

void DrainRate::advance(TimePoint now) {
    const double elapsed = std::max(0.0, in_seconds(now - last_));
    const double kept = std::exp2(-elapsed / in_seconds(kHalfLife));
    // The time since, weighed as its older part has aged already: the integral of `kept`.
    seconds_ = seconds_ * kept + in_seconds(kHalfLife) / std::numbers::ln2 * (1 - kept);
    places_ *= kept;
    last_ = std::max(last_, now);
}

void DrainRate::release(std::size_t count, TimePoint now) {
    advance(now);
    places_ += static_cast<double>(count);
}

std::optional<double> DrainRate::places_per_second(TimePoint now) const {
    DrainRate until = *this;
    until.advance(now);
    if (until.places_ <= 0 || until.seconds_ <= 0) return std::nullopt;
    return until.places_ / until.seconds_;
}

Duration retry_after(std::size_t jobs, std::optional<double> places_per_second,
                     std::uint64_t sequence) {
    const double fair = places_per_second ? static_cast<double>(jobs) / 2 / *places_per_second
                                          : in_seconds(kRetryUnknown);
    const double jittered = fair * (1 - kSpread + 2 * kSpread * uniform(sequence));
    const double bounded = std::clamp(jittered, in_seconds(kRetryMin), in_seconds(kRetryMax));
    return std::chrono::duration_cast<Duration>(Seconds(bounded));
}

}  // namespace qr
