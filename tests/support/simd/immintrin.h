// A stand-in for the compiler's <immintrin.h>: AVX-512 on a machine that has AVX2, by SIMDe.
//
// The folder stands first in the include path of sources that are to run here whatever they were
// written for. The compiler's header is the one behind this.
#pragma once
#pragma GCC system_header  // it may say include_next

#include_next <immintrin.h>

#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>
#include <simde/x86/f16c.h>
#include <simde/x86/fma.h>

// What SIMDe 0.7.4 lacks, by halves.
static inline simde__m512 stand_in_mm512_of_halves(simde__m256 low, simde__m256 high) {
    simde__m512_private halves = {};
    halves.m256[0] = low;
    halves.m256[1] = high;
    return simde__m512_from_private(halves);
}
static inline simde__m512 stand_in_mm512_cvtph_ps(simde__m256i numbers) {
    return stand_in_mm512_of_halves(
        simde_mm256_cvtph_ps(simde_mm256_extractf128_si256(numbers, 0)),
        simde_mm256_cvtph_ps(simde_mm256_extractf128_si256(numbers, 1)));
}
static inline simde__m512 stand_in_mm512_cvtepi32_ps(simde__m512i numbers) {
    const simde__m512i_private halves = simde__m512i_to_private(numbers);
    return stand_in_mm512_of_halves(simde_mm256_cvtepi32_ps(halves.m256i[0]),
                                    simde_mm256_cvtepi32_ps(halves.m256i[1]));
}
#define _mm512_cvtph_ps(numbers) stand_in_mm512_cvtph_ps(numbers)
#define _mm512_cvtepi32_ps(numbers) stand_in_mm512_cvtepi32_ps(numbers)
