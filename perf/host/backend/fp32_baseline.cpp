#include "perf/host/backend/fp32_baseline.h"

#include <immintrin.h>

#include <cmath>

namespace qr::perf {
namespace {

#ifdef __AVX512F__
using Register = __m512;
constexpr std::size_t kWidth = 16;
Register load(const float* from) {
    return _mm512_loadu_ps(from);
}
Register multiply_add(Register a, Register b, Register c) {
    return _mm512_fmadd_ps(a, b, c);
}
float sum(Register a) {
    return _mm512_reduce_add_ps(a);
}
#else
using Register = __m256;
constexpr std::size_t kWidth = 8;
Register load(const float* from) {
    return _mm256_loadu_ps(from);
}
Register multiply_add(Register a, Register b, Register c) {
    return _mm256_fmadd_ps(a, b, c);
}
float sum(Register a) {
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    four = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(four, _mm_movehdup_ps(four)));
}
#endif

constexpr std::size_t kChains = 2;

template <std::size_t kRows>
void some_rows(const float* query, const float* rows, std::size_t dimension, float query_norm2,
               float* cosines) {
    Register dots[kRows][kChains] = {};
    Register norms[kRows][kChains] = {};
    for (std::size_t i = 0; i < dimension; i += kChains * kWidth) {
#pragma GCC unroll 2
        for (std::size_t chain = 0; chain < kChains; ++chain) {
            const std::size_t at = i + chain * kWidth;
            const Register q = load(query + at);
#pragma GCC unroll 4
            for (std::size_t r = 0; r < kRows; ++r) {
                const Register d = load(rows + r * dimension + at);
                dots[r][chain] = multiply_add(d, q, dots[r][chain]);
                norms[r][chain] = multiply_add(d, d, norms[r][chain]);
            }
        }
    }
    for (std::size_t r = 0; r < kRows; ++r) {
        const float norm2 = sum(norms[r][0] + norms[r][1]);
        cosines[r] = sum(dots[r][0] + dots[r][1]) / std::sqrt(query_norm2 * norm2);
    }
}

template <std::size_t kRows>
void all_rows(const float* query, const float* documents, std::size_t rows, std::size_t dimension,
              float* cosines) {
    float query_norm2 = 0;
    for (std::size_t i = 0; i < dimension; ++i)
        query_norm2 += query[i] * query[i];
    std::size_t r = 0;
    for (; r + kRows <= rows; r += kRows)
        some_rows<kRows>(query, documents + r * dimension, dimension, query_norm2, cosines + r);
    for (; r < rows; ++r)
        some_rows<1>(query, documents + r * dimension, dimension, query_norm2, cosines + r);
}

}  // namespace

const Fp32Pass kFp32ByRow = {"one row at a time", &all_rows<1>};
const Fp32Pass kFp32FourRows = {"four rows at once", &all_rows<4>};

const char* fp32_instruction_set() {
    return kWidth == 16 ? "avx512" : "avx2";
}

}  // namespace qr::perf
