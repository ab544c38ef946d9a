#include "host/encoding/half.h"

#include <bit>
#include <cstring>

#include "host/base/check.h"
#include "host/encoding/half_kernels.h"

namespace qr {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are read as they lie");

std::uint16_t load16(const std::byte* at) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, at, sizeof bits);
    return bits;
}

float widen_float16(std::uint16_t half) {
    const std::uint32_t sign = (half & 0x8000U) << 16;
    const std::uint32_t exponent = (half >> 10) & 0x1FU;
    const std::uint32_t fraction = half & 0x3FFU;
    if (exponent == 0) {  // zero or subnormal: fraction * 2^-24 is exact in float32
        const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
        return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(magnitude));
    }
    if (exponent == 0x1F) {
        const std::uint32_t quiet = fraction == 0 ? 0 : 0x400000U;
        return std::bit_cast<float>(sign | 0x7F800000U | quiet | (fraction << 13));
    }
    return std::bit_cast<float>(sign | ((exponent + 127 - 15) << 23) | (fraction << 13));
}

float widen_bfloat16(std::uint16_t bits) {
    const bool is_nan = (bits & 0x7FFFU) > 0x7F80U;
    const std::uint32_t quiet = is_nan ? 0x400000U : 0;
    return std::bit_cast<float>((static_cast<std::uint32_t>(bits) << 16) | quiet);
}

void widen_all_float16(InstructionSet set, std::span<const std::byte> bytes, std::span<float> out) {
    std::size_t done = 0;
    if (set != InstructionSet::scalar)
        done = kernels::widen_float16_f16c(bytes.data(), out.size(), out.data());
    for (; done < out.size(); ++done)
        out[done] = widen_float16(load16(bytes.data() + 2 * done));
}

}  // namespace

std::optional<Dtype> find_dtype(std::string_view name) {
    for (const DtypeInfo& candidate : kDtypes) {
        if (candidate.name == name) return candidate.dtype;
    }
    return std::nullopt;
}

void widen(Dtype dtype, std::span<const std::byte> bytes, std::span<float> out) {
    widen(best_instruction_set(), dtype, bytes, out);
}

void widen(InstructionSet set, Dtype dtype, std::span<const std::byte> bytes,
           std::span<float> out) {
    QR_CHECK(bytes.size() == out.size() * info(dtype).width);
    if (out.empty()) return;
    switch (dtype) {
        case Dtype::float32:
            std::memcpy(out.data(), bytes.data(), bytes.size());
            return;
        case Dtype::float16:
            widen_all_float16(set, bytes, out);
            return;
        case Dtype::bfloat16:
            for (std::size_t i = 0; i < out.size(); ++i)
                out[i] = widen_bfloat16(load16(bytes.data() + 2 * i));
            return;
        case Dtype::int8:
            for (std::size_t i = 0; i < out.size(); ++i)
                out[i] = static_cast<float>(std::to_integer<std::int8_t>(bytes[i]));
            return;
    }
}

}  // namespace qr
