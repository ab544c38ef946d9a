// float16 to float32 by F16C, eight at a time.
#include <immintrin.h>

#include "host/encoding/half_kernels.h"

namespace qr::kernels {

std::size_t widen_float16_f16c(const std::byte* bytes, std::size_t count, float* out) {
    constexpr std::size_t kGroup = 8;
    std::size_t done = 0;
    for (; count - done >= kGroup; done += kGroup) {
        const __m128i halves = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + 2 * done));
        _mm256_storeu_ps(out + done, _mm256_cvtph_ps(halves));
    }
    return done;
}

}  // namespace qr::kernels
