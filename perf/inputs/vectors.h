// Vectors that have the same bits on every machine.
//
// Whole numbers of a seeded generator, scaled by a power of two: no distribution and no function of
// the mathematics library, whose roundings differ between versions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace qr::perf {

// `count` numbers in [-0.125, 0.125), as components of embeddings are; 24 significant bits.
inline std::vector<float> make_vectors(std::size_t count, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::vector<float> numbers(count);
    for (float& number : numbers) {
        const auto whole = static_cast<std::int32_t>(random() >> 8) - (std::int32_t{1} << 23);
        number = static_cast<float>(whole) * 0x1p-26F;
    }
    return numbers;
}

}  // namespace qr::perf
