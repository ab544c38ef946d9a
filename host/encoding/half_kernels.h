// The seam between half.cpp and the file compiled for F16C, which sees only this and intrinsics.
#pragma once

#include <cstddef>

namespace qr::kernels {

// Widens whole groups of eight float16 from `bytes`; returns how many of `count` it did.
std::size_t widen_float16_f16c(const std::byte* bytes, std::size_t count, float* out);

}  // namespace qr::kernels
