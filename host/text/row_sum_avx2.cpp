// Sums of rows by AVX2 and F16C: a stripe of the sum stays in registers while all rows pass.
#include <immintrin.h>

#include "host/text/row_sum_kernels.h"

namespace qr::kernels {
namespace {

constexpr std::size_t kGroup = 8;   // float32 of a register
constexpr std::size_t kStripe = 8;  // registers of sums

struct Float32 {
    static constexpr std::size_t kWidth = 4;
    static __m256 widen(const std::byte* at) {
        return _mm256_loadu_ps(reinterpret_cast<const float*>(at));
    }
};
struct Float16 {
    static constexpr std::size_t kWidth = 2;
    static __m256 widen(const std::byte* at) {
        return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
    }
};
struct Bfloat16 {
    static constexpr std::size_t kWidth = 2;
    static __m256 widen(const std::byte* at) {
        const __m128i halves = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(halves), 16));
    }
};
struct Int8 {
    static constexpr std::size_t kWidth = 1;
    static __m256 widen(const std::byte* at) {
        const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(at));
        return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes));
    }
};

template <class Format, std::size_t Registers>
requires(Registers > 0) void sum_stripe(const WeightedRow* rows, std::size_t count,
                                        std::size_t first, float* sum) {
    __m256 sums[Registers];
    // Unrolled at every level of optimisation: the sums are registers only then.
#pragma GCC unroll 8
    for (std::size_t i = 0; i < Registers; ++i)
        sums[i] = _mm256_setzero_ps();
    for (std::size_t row = 0; row < count; ++row) {
        const __m256 weight = _mm256_set1_ps(rows[row].weight);
        const std::byte* const numbers = rows[row].numbers + first * Format::kWidth;
#pragma GCC unroll 8
        for (std::size_t i = 0; i < Registers; ++i) {
            const __m256 number = Format::widen(numbers + i * kGroup * Format::kWidth);
            sums[i] = _mm256_add_ps(sums[i], _mm256_mul_ps(weight, number));
        }
    }
#pragma GCC unroll 8
    for (std::size_t i = 0; i < Registers; ++i)
        _mm256_storeu_ps(sum + first + i * kGroup, sums[i]);
}

template <class Format>
requires(Format::kWidth > 0) std::size_t
    sum_all(const WeightedRow* rows, std::size_t count, std::size_t dimension, float* sum) {
    std::size_t done = 0;
    for (; dimension - done >= kStripe * kGroup; done += kStripe * kGroup)
        sum_stripe<Format, kStripe>(rows, count, done, sum);
    for (; dimension - done >= kGroup; done += kGroup)
        sum_stripe<Format, 1>(rows, count, done, sum);
    return done;
}

}  // namespace

std::size_t sum_float32_avx2(const WeightedRow* rows, std::size_t count, std::size_t dimension,
                             float* sum) {
    return sum_all<Float32>(rows, count, dimension, sum);
}
std::size_t sum_float16_avx2(const WeightedRow* rows, std::size_t count, std::size_t dimension,
                             float* sum) {
    return sum_all<Float16>(rows, count, dimension, sum);
}
std::size_t sum_bfloat16_avx2(const WeightedRow* rows, std::size_t count, std::size_t dimension,
                              float* sum) {
    return sum_all<Bfloat16>(rows, count, dimension, sum);
}
std::size_t sum_int8_avx2(const WeightedRow* rows, std::size_t count, std::size_t dimension,
                          float* sum) {
    return sum_all<Int8>(rows, count, dimension, sum);
}

}  // namespace qr::kernels
