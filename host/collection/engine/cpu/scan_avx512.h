// What the kernels of AVX-512 share: sixteen rows in a register of float32, twelve queries at once.
//
// Only scan_avx512*.cpp may include this: everything is in an anonymous namespace on purpose.
#pragma once

#include <immintrin.h>

#include <cstddef>

#include "host/collection/engine/cpu/scan_walk.h"

namespace qr::cpu {
namespace {

struct Avx512 {
    using Vector = __m512;
    static constexpr std::size_t kRunMax = 12;
    static constexpr std::size_t kRegisters = 32;
    static constexpr std::size_t kRowsOfVector = 16;

    static Vector keep_bits(Passing passing) {
        return _mm512_castsi512_ps(
            _mm512_set1_epi32(passing == Passing::by_magnitude ? 0x7FFFFFFF : -1));
    }
    static Vector weigh(Vector sums, const float* weights, Vector keep) {
        return _mm512_and_ps(_mm512_mul_ps(sums, _mm512_load_ps(weights)), keep);
    }
    static std::uint32_t not_below(Vector estimates, float threshold) {
        return _mm512_cmp_ps_mask(estimates, _mm512_set1_ps(threshold), _CMP_NLT_UQ);
    }
    static void store(float* to, Vector estimates) { _mm512_store_ps(to, estimates); }

    static __m512i load(const std::byte* plane) {
        return _mm512_load_si512(reinterpret_cast<const void*>(plane));
    }
    static float float_at(const std::byte* at) { return *reinterpret_cast<const float*>(at); }
    static int word_at(const std::byte* at) { return *reinterpret_cast<const int*>(at); }
};

// A sum of float32 for each row.
struct RowSums : Avx512 {
    using Sum = __m512;
    static constexpr std::size_t kSums = 2;
    static constexpr std::size_t kSumsOfVector = 1;
    static Sum start(const std::byte*, std::size_t) { return _mm512_setzero_ps(); }
    static Vector floats(const Sum* sums) { return sums[0]; }
};

}  // namespace
}  // namespace qr::cpu
