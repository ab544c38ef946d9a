// The seam between row_sum.cpp and the file compiled for AVX2 and F16C, which sees only this and
// intrinsics.
#pragma once

#include <cstddef>

namespace qr {

struct WeightedRow {
    const std::byte* numbers = nullptr;  // of the table's format, not aligned
    float weight = 1;
};

namespace kernels {

// Sums whole groups of eight numbers; returns how many of `dimension` it did.
using SumRows = std::size_t(const WeightedRow* rows, std::size_t count, std::size_t dimension,
                            float* sum);
SumRows sum_float32_avx2;
SumRows sum_float16_avx2;
SumRows sum_bfloat16_avx2;
SumRows sum_int8_avx2;

}  // namespace kernels
}  // namespace qr
