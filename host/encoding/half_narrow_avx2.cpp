// float32 to float16 by F16C and to bfloat16 by AVX2, eight at a time.
#include <immintrin.h>

#include "host/encoding/half_kernels.h"

namespace qr::kernels {

std::size_t narrow_float16_f16c(const float* in, std::size_t count, std::byte* bytes) {
    constexpr std::size_t kGroup = 8;
    std::size_t done = 0;
    for (; count - done >= kGroup; done += kGroup) {
        const __m128i halves =
            _mm256_cvtps_ph(_mm256_loadu_ps(in + done), _MM_FROUND_TO_NEAREST_INT);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(bytes + 2 * done), halves);
    }
    return done;
}

std::size_t narrow_bfloat16_avx2(const float* in, std::size_t count, std::byte* bytes) {
    constexpr std::size_t kGroup = 8;
    const __m256i one = _mm256_set1_epi32(1);
    const __m256i below_half = _mm256_set1_epi32(0x7FFF);
    const __m256i quiet = _mm256_set1_epi32(0x40);
    std::size_t done = 0;
    for (; count - done >= kGroup; done += kGroup) {
        const __m256 values = _mm256_loadu_ps(in + done);
        const __m256i bits = _mm256_castps_si256(values);
        const __m256i cut = _mm256_srli_epi32(bits, 16);
        // Half a unit less one, and one more where the number kept is odd: ties go to even.
        const __m256i bias = _mm256_add_epi32(below_half, _mm256_and_si256(cut, one));
        const __m256i rounded = _mm256_srli_epi32(_mm256_add_epi32(bits, bias), 16);
        const __m256i is_nan = _mm256_castps_si256(_mm256_cmp_ps(values, values, _CMP_UNORD_Q));
        const __m256i upper = _mm256_blendv_epi8(rounded, _mm256_or_si256(cut, quiet), is_nan);
        const __m128i packed =
            _mm_packus_epi32(_mm256_castsi256_si128(upper), _mm256_extracti128_si256(upper, 1));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(bytes + 2 * done), packed);
    }
    return done;
}

}  // namespace qr::kernels
