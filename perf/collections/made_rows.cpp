#include "perf/collections/made_rows.h"

#include <cstdint>

namespace qr::perf {
namespace {

// Source: Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators, 2014.
std::uint64_t split_mix(std::uint64_t& state) {
    std::uint64_t z = state += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

// The sum of four even 16-bit integers, scaled to variance 1.
float nearly_normal(std::uint64_t bits) {
    const auto part = [bits](unsigned shift) {
        return static_cast<std::int32_t>((bits >> shift) & 0xffffU) - 32768;
    };
    constexpr float kScale = 1.0F / 37837.2F;  // sqrt(4 (2^32 - 1) / 12)
    return kScale * static_cast<float>(part(0) + part(16) + part(32) + part(48));
}

}  // namespace

void MadeRows::write(std::size_t first, std::size_t count, std::span<float> rows) const {
    const std::span<float> numbers = rows.first(count * dimension_);
    for (std::size_t row = 0; row < count; ++row) {
        std::uint64_t state = (first + row) * 0xd1342543de82ef95U + 1;
        for (float& number : numbers.subspan(row * dimension_, dimension_))
            number = nearly_normal(split_mix(state));
    }
}

}  // namespace qr::perf
