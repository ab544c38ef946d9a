// What numbers.cpp and its file for AVX2 share: digits and a power of ten to float32.
//
// Everything here has internal linkage and calls nothing: a function that files of different
// instruction sets shared might be kept in the wrong flavour by the linker.
#pragma once

#include <cstddef>
#include <cstdint>

#include "server/json/numbers.h"

namespace qr::json {
namespace {

constexpr int kPowerMax = 22;  // 10^22 is the largest power of ten that a double holds exactly
constexpr std::uint64_t kExactMax = std::uint64_t{1} << 53;
constexpr double kPowers[kPowerMax + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                           1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                           1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

bool is_white_space(char character) {
    return character == ' ' || character == '\n' || character == '\r' || character == '\t';
}

bool ends_number(char character) {
    return character == ',' || character == ']' || character == '}' || is_white_space(character);
}

// digits * 10^power, if it can be told; digits < 2^63. Up to 2^53 one division or product of exact
// values gives the nearest double (W. Clinger, "How to Read Floating Point Numbers Accurately",
// 1990). Beyond, the conversion adds a second rounding, and both together stay within 2^-51: when
// both ends of a wider interval round to one float32, so does the nearest double in between.
QuickFloat scale(std::uint64_t digits, int power, bool is_negative) {
    if (power < -kPowerMax || power > kPowerMax) return {};
    const auto whole = static_cast<double>(static_cast<std::int64_t>(digits));
    const double nearest = power < 0 ? whole / kPowers[-power] : whole * kPowers[power];
    const auto value = static_cast<float>(nearest);
    if (digits > kExactMax) {
        constexpr double kSlack = 0x1p-50;
        const auto low = static_cast<float>(nearest * (1 - kSlack));
        const auto high = static_cast<float>(nearest * (1 + kSlack));
        if (low != high) return {};
    }
    // By its bit: a branch on the sign of random numbers is wrong half of the time.
    const std::uint32_t sign = static_cast<std::uint32_t>(is_negative) << 31;
    return {__builtin_bit_cast(float, __builtin_bit_cast(std::uint32_t, value) ^ sign), true};
}

}  // namespace
}  // namespace qr::json
