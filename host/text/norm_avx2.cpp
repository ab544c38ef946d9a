// Eight lanes of squares in two registers of doubles; no rounding differs from the plain loops'.
#include <immintrin.h>

#include "host/text/norm_kernels.h"

namespace qr::kernels {
namespace {

constexpr std::size_t kHalf = kNormLanes / 2;  // doubles of a register

__m256d widen(const float* numbers) {
    return _mm256_cvtps_pd(_mm_loadu_ps(numbers));
}

void scale_half(float* numbers, __m256d factor) {
    _mm_storeu_ps(numbers, _mm256_cvtpd_ps(_mm256_mul_pd(widen(numbers), factor)));
}

}  // namespace

std::size_t add_squares_avx2(const float* vector, std::size_t dimension, double* lanes) {
    __m256d low = _mm256_loadu_pd(lanes);
    __m256d high = _mm256_loadu_pd(lanes + kHalf);
    std::size_t done = 0;
    for (; dimension - done >= kNormLanes; done += kNormLanes) {
        const __m256d first = widen(vector + done);
        const __m256d second = widen(vector + done + kHalf);
        low = _mm256_add_pd(low, _mm256_mul_pd(first, first));
        high = _mm256_add_pd(high, _mm256_mul_pd(second, second));
    }
    _mm256_storeu_pd(lanes, low);
    _mm256_storeu_pd(lanes + kHalf, high);
    return done;
}

std::size_t scale_avx2(float* vector, std::size_t dimension, double factor) {
    const __m256d factors = _mm256_set1_pd(factor);
    std::size_t done = 0;
    for (; dimension - done >= kNormLanes; done += kNormLanes) {
        scale_half(vector + done, factors);
        scale_half(vector + done + kHalf, factors);
    }
    return done;
}

}  // namespace qr::kernels
