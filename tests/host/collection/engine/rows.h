// Rows for the engine tests: sets that are hard in one way each, rounded to what a storage type
// holds.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "host/encoding/half.h"
#include "host/state/matrix_view.h"

namespace qr::test {

using Random = std::mt19937_64;

struct Rows {
    std::size_t dimension = 1;
    std::vector<float> values;

    std::size_t count() const { return values.size() / dimension; }
    MatrixView view() const { return {values.data(), count(), dimension}; }
    std::span<const float> row(std::size_t i) const { return view().row(i); }
};

// 11 bits, from 2^-24 on. Source: IEEE 754, binary16.
inline double rounded_to_float16(double value) {
    int exponent = 0;
    std::frexp(value, &exponent);
    const double unit = std::ldexp(1, std::max(exponent, -13) - 11);
    return std::clamp(std::nearbyint(value / unit) * unit, -65504.0, 65504.0);
}

// To nearest, ties to even, the largest number for all beyond.
inline float rounded(Dtype storage, float value) {
    if (storage == Dtype::float16) return static_cast<float>(rounded_to_float16(value));
    if (storage == Dtype::bfloat16) {
        std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
        bits += 0x7FFFU + ((bits >> 16) & 1U);
        const float cut = std::bit_cast<float>(bits & 0xFFFF0000U);
        return std::isinf(cut) ? std::copysign(0x1.FEp127F, value) : cut;
    }
    return value;
}

// As the storage type holds them; a row that would be zero gets one component that is not.
inline Rows stored(Dtype storage, Rows rows) {
    for (float& value : rows.values)
        value = rounded(storage, value);
    for (std::size_t i = 0; i < rows.count(); ++i) {
        float* const row = rows.values.data() + i * rows.dimension;
        bool is_zero = true;
        for (std::size_t j = 0; j < rows.dimension; ++j)
            is_zero = is_zero && row[j] == 0;
        if (is_zero) row[i % rows.dimension] = 0.5F;
    }
    return rows;
}

inline Rows gaussian(Random& random, std::size_t count, std::size_t dimension) {
    std::normal_distribution<float> component;
    Rows rows{dimension, std::vector<float>(count * dimension)};
    for (float& value : rows.values)
        value = component(random);
    return rows;
}

// Around a few centres, at a distance of `spread` of a component.
inline Rows clustered(Random& random, std::size_t count, std::size_t dimension, float spread) {
    const Rows centres = gaussian(random, 3, dimension);
    Rows rows = gaussian(random, count, dimension);
    for (std::size_t i = 0; i < rows.values.size(); ++i)
        rows.values[i] =
            rows.values[i] * spread + centres.values[i / dimension % 3 * dimension + i % dimension];
    return rows;
}

struct RowKind {
    std::string name;
    std::function<Rows(Random&, std::size_t count, std::size_t dimension)> make;
};

inline Rows one_ulp_apart(Random& random, std::size_t count, std::size_t dimension) {
    const Rows one = gaussian(random, 1, dimension);
    Rows rows{dimension, {}};
    for (std::size_t i = 0; i < count; ++i) {
        rows.values.insert(rows.values.end(), one.values.begin(), one.values.end());
        float& moved = rows.values[i * dimension + random() % dimension];
        moved = std::nextafter(moved, random() % 2 == 0 ? 10.0F : -10.0F);
    }
    return rows;
}

// Half way between neighbours of a format with so many bits behind the point: the residual of
// rounding is as large as it gets.
inline Rows half_way(Random& random, std::size_t count, std::size_t dimension, int bits) {
    Rows rows{dimension, std::vector<float>(count * dimension)};
    for (float& value : rows.values) {
        const auto steps = static_cast<float>(random() % (std::size_t{1} << bits)) + 0.5F;
        value = std::ldexp(1 + std::ldexp(steps, -bits), static_cast<int>(random() % 3));
        if (random() % 2 == 0) value = -value;
    }
    return rows;
}

// One vector, scaled by powers of two and turned round: scores tie throughout.
inline Rows scaled_copies(Random& random, std::size_t count, std::size_t dimension) {
    const Rows one = gaussian(random, 1, dimension);
    Rows rows{dimension, {}};
    for (std::size_t i = 0; i < count; ++i) {
        const float factor =
            std::ldexp(random() % 2 == 0 ? 1.0F : -1.0F, static_cast<int>(random() % 5) - 2);
        for (const float value : one.values)
            rows.values.push_back(value * factor);
    }
    return rows;
}

inline Rows with_norms(Random& random, std::size_t count, std::size_t dimension, int exponent) {
    Rows rows = gaussian(random, count, dimension);
    std::uniform_int_distribution<int> spread(-exponent, exponent);
    for (std::size_t i = 0; i < count; ++i) {
        const int by = spread(random);
        for (std::size_t j = 0; j < dimension; ++j)
            rows.values[i * dimension + j] = std::ldexp(rows.values[i * dimension + j], by);
    }
    return rows;
}

inline const std::vector<RowKind>& row_kinds() {
    static const std::vector<RowKind> kinds = {
        {"gaussian", gaussian},
        {"clustered",
         [](Random& r, std::size_t n, std::size_t d) { return clustered(r, n, d, 0x1p-6F); }},
        {"very close",
         [](Random& r, std::size_t n, std::size_t d) { return clustered(r, n, d, 0x1p-20F); }},
        {"one ulp apart", one_ulp_apart},
        {"half way in bfloat16",
         [](Random& r, std::size_t n, std::size_t d) { return half_way(r, n, d, 7); }},
        {"half way in float16",
         [](Random& r, std::size_t n, std::size_t d) { return half_way(r, n, d, 10); }},
        {"all equal",
         [](Random& r, std::size_t n, std::size_t d) { return clustered(r, n, d, 0); }},
        {"scaled copies", scaled_copies},
        {"outliers",
         [](Random& r, std::size_t n, std::size_t d) { return with_norms(r, n, d, 12); }},
        {"beyond the scan",
         [](Random& r, std::size_t n, std::size_t d) { return with_norms(r, n, d, 120); }},
        {"subnormal",
         [](Random& r, std::size_t n, std::size_t d) {
             Rows rows = gaussian(r, n, d);
             for (float& value : rows.values)
                 value = std::ldexp(value, -143);
             return rows;
         }},
    };
    return kinds;
}

}  // namespace qr::test
