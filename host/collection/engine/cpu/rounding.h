// Roundings to the low-precision types, and bounds of norms that rounding cannot break.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace qr::cpu {

// The power of two that brings a largest component into [1, 2); 1 for zero.
inline double power_to_one(float largest) {
    return largest > 0 ? std::ldexp(1.0, -std::ilogb(largest)) : 1;
}

// To nearest, ties to even; finite numbers below 2^127.
inline float round_bfloat16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return std::bit_cast<float>((bits + 0x7FFFU + ((bits >> 16) & 1U)) & 0xFFFF0000U);
}

// Sums of up to 65,536 squares in double are right to a part in 2^36; so are their roots.
inline double norm_bound(double norm2) {
    return std::sqrt(norm2) * (1 + 0x1p-34);
}
// Each difference was taken from a number itself rounded to a part in 2^53.
inline double residual_bound(double residual2, double norm) {
    return residual2 == 0 && norm == 0 ? 0 : std::sqrt(residual2) * (1 + 0x1p-34) + norm * 0x1p-50;
}

}  // namespace qr::cpu
