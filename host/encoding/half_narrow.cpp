#include <bit>
#include <cstring>

#include "host/base/check.h"
#include "host/encoding/half.h"
#include "host/encoding/half_kernels.h"

namespace qr {
namespace {

void store16(std::uint16_t bits, std::byte* at) {
    std::memcpy(at, &bits, sizeof bits);
}

// `value` without its lowest `shift` bits, rounded to nearest even.
std::uint32_t rounded_shift(std::uint32_t value, unsigned shift) {
    const std::uint32_t kept = value >> shift;
    const std::uint32_t lost = value & ((1U << shift) - 1);
    const std::uint32_t half = 1U << (shift - 1);
    const bool is_up = lost > half || (lost == half && (kept & 1U) != 0);
    return kept + (is_up ? 1 : 0);
}

std::uint16_t to_float16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = (bits >> 16) & 0x8000U;
    const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
    constexpr std::uint32_t kInfinity = 0x7F800000U;
    std::uint32_t half = 0;
    if (magnitude > kInfinity) {  // NaN: quiet, with what of its payload fits
        half = 0x7E00U | ((magnitude >> 13) & 0x3FFU);
    } else if (magnitude >= 0x47800000U) {  // 2^16 and beyond
        half = 0x7C00U;
    } else if (magnitude >= 0x38800000U) {  // normal; a carry may reach the exponent, or infinity
        half = rounded_shift(magnitude - ((127U - 15U) << 23), 13);
    } else if (magnitude >= 0x33000000U) {  // subnormal: units of 2^-24
        const unsigned exponent = magnitude >> 23;
        half = rounded_shift((magnitude & 0x7FFFFFU) | 0x800000U, 126 - exponent);
    }
    return static_cast<std::uint16_t>(sign | half);
}

std::uint16_t to_bfloat16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const bool is_nan = (bits & 0x7FFFFFFFU) > 0x7F800000U;
    const std::uint32_t upper = is_nan ? (bits >> 16) | 0x40U : rounded_shift(bits, 16);
    return static_cast<std::uint16_t>(upper);
}

}  // namespace

void narrow(Dtype dtype, std::span<const float> in, std::span<std::byte> bytes) {
    narrow(best_instruction_set(), dtype, in, bytes);
}

void narrow(InstructionSet set, Dtype dtype, std::span<const float> in,
            std::span<std::byte> bytes) {
    QR_CHECK(dtype != Dtype::int8 && bytes.size() == in.size() * info(dtype).width);
    if (in.empty()) return;
    if (dtype == Dtype::float32) {
        std::memcpy(bytes.data(), in.data(), bytes.size());
        return;
    }
    const bool is_float16 = dtype == Dtype::float16;
    std::size_t done = 0;
    if (set != InstructionSet::scalar)
        done = is_float16 ? kernels::narrow_float16_f16c(in.data(), in.size(), bytes.data())
                          : kernels::narrow_bfloat16_avx2(in.data(), in.size(), bytes.data());
    for (; done < in.size(); ++done)
        store16(is_float16 ? to_float16(in[done]) : to_bfloat16(in[done]), &bytes[2 * done]);
}

}  // namespace qr
