#include "perf/load/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "host/base/narrow.h"

namespace qr::load {
namespace {

constexpr int kBits = 7;  // 128 buckets an octave
constexpr std::uint64_t kHalf = std::uint64_t{1} << kBits;
constexpr std::uint64_t kExact = 2 * kHalf;

std::size_t bucket_of(std::uint64_t value) {
    if (value < kExact) return value;
    const auto shift = static_cast<std::uint64_t>(std::bit_width(value) - kBits - 1);
    return kExact + (shift - 1) * kHalf + ((value >> shift) - kHalf);
}

// The largest value that falls into the bucket.
std::uint64_t top_of(std::size_t bucket) {
    if (bucket < kExact) return bucket;
    const std::uint64_t shift = (bucket - kExact) / kHalf + 1;
    const std::uint64_t mantissa = (bucket - kExact) % kHalf + kHalf;
    return ((mantissa + 1) << shift) - 1;
}

}  // namespace

void Histogram::add(Duration value) {
    value = std::clamp(value, Duration::zero(), kLongest);
    const std::size_t bucket = bucket_of(narrow<std::uint64_t>(value.count()));
    if (bucket >= buckets_.size()) buckets_.resize(bucket + 1);
    ++buckets_[bucket];
    ++count_;
    max_ = std::max(max_, value);
}

Duration Histogram::quantile(double q) const {
    if (count_ == 0) return {};
    const auto wanted = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(count_)));
    const std::uint64_t rank = std::clamp<std::uint64_t>(wanted, 1, count_);
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
        seen += buckets_[i];
        if (seen >= rank) return std::min(max_, Duration(narrow<std::int64_t>(top_of(i))));
    }
    return max_;
}

}  // namespace qr::load
