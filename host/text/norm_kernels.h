// The seam between norm.cpp and the file compiled for AVX2, which sees only this and intrinsics.
#pragma once

#include <cstddef>

namespace qr::kernels {

inline constexpr std::size_t kNormLanes = 8;

// Each does whole groups of eight numbers and returns how many of `dimension` it did.
std::size_t add_squares_avx2(const float* vector, std::size_t dimension, double* lanes);
std::size_t scale_avx2(float* vector, std::size_t dimension, double factor);

}  // namespace qr::kernels
