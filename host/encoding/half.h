// The number formats vectors may arrive in, their exact widening to float32, and the rounding of
// float32 to those that vectors are stored in.
//
// Bytes are little-endian and need no alignment. Every format widens exactly; NaN and infinities
// stay what they are (a signalling NaN becomes quiet, as the hardware does it), so that scoring
// refuses them by row. int8 means the integers -128..127, without a scale: scores of normalised
// states do not depend on one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "host/base/cpu_features.h"

namespace qr {

enum class Dtype : std::uint8_t { float32, float16, bfloat16, int8 };

struct DtypeInfo {
    Dtype dtype;
    std::string_view name;  // as requests say it
    std::size_t width;      // bytes of one number
};

// Indexed by Dtype.
inline constexpr std::array<DtypeInfo, 4> kDtypes = {{
    {Dtype::float32, "float32", 4},
    {Dtype::float16, "float16", 2},
    {Dtype::bfloat16, "bfloat16", 2},
    {Dtype::int8, "int8", 1},
}};

constexpr const DtypeInfo& info(Dtype dtype) {
    return kDtypes[static_cast<std::size_t>(dtype)];
}
std::optional<Dtype> find_dtype(std::string_view name);

// `bytes` holds out.size() numbers of `dtype`; the two must not overlap.
void widen(Dtype dtype, std::span<const std::byte> bytes, std::span<float> out);
// With at most that instruction set, which must be supported.
void widen(InstructionSet set, Dtype dtype, std::span<const std::byte> bytes, std::span<float> out);

// Rounds to the nearest, of two as near to the even one; what is out of range becomes an infinity
// and NaN stays NaN. To float32, float16 or bfloat16; `bytes` takes in.size() numbers.
void narrow(Dtype dtype, std::span<const float> in, std::span<std::byte> bytes);
void narrow(InstructionSet set, Dtype dtype, std::span<const float> in, std::span<std::byte> bytes);

}  // namespace qr
