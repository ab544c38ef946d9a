// The seam between half.cpp, half_narrow.cpp and the files compiled for F16C and AVX2, which see
// only this and intrinsics.
#pragma once

#include <cstddef>

namespace qr::kernels {

// Widens whole groups of eight float16 from `bytes`; returns how many of `count` it did.
std::size_t widen_float16_f16c(const std::byte* bytes, std::size_t count, float* out);

// Round whole groups of eight numbers into `bytes`; return how many of `count` they did.
std::size_t narrow_float16_f16c(const float* in, std::size_t count, std::byte* bytes);
std::size_t narrow_bfloat16_avx2(const float* in, std::size_t count, std::byte* bytes);

}  // namespace qr::kernels
