// AVX-512 without its later instructions: 16-bit floats are widened to float32.
#include "host/collection/engine/cpu/scan_avx512.h"

namespace qr::cpu {
namespace {

struct Float32 : RowSums {
    using Row = __m512;
    static constexpr Dtype kType = Dtype::float32;
    static constexpr Entry kEntry = Entry::float_one;
    static constexpr std::size_t kScratch = 0;
    static constexpr std::size_t kParts = 1;

    template <std::size_t kPart>
    static Row row(const std::byte* plane) {
        return _mm512_load_ps(reinterpret_cast<const float*>(plane));
    }
    template <std::size_t kPart>
    static Row factor(const std::byte* entry) {
        return _mm512_set1_ps(float_at(entry));
    }
    static Sum add(Sum sum, Row row, Row factor) { return _mm512_fmadd_ps(row, factor, sum); }
};

// A bfloat16 is the upper half of a float32: of a pair, one is shifted there, the other is there.
struct Bfloat16 : RowSums {
    using Row = __m512;
    static constexpr Dtype kType = Dtype::bfloat16;
    static constexpr Entry kEntry = Entry::float_pair;
    static constexpr std::size_t kScratch = 1;
    static constexpr std::size_t kParts = 2;

    template <std::size_t kPart>
    static Row row(const std::byte* plane) {
        const __m512i upper_halves = _mm512_set1_epi32(static_cast<int>(0xFFFF0000U));
        return _mm512_castsi512_ps(kPart == 0 ? _mm512_slli_epi32(load(plane), 16)
                                              : _mm512_and_si512(load(plane), upper_halves));
    }
    template <std::size_t kPart>
    static Row factor(const std::byte* entry) {
        return _mm512_set1_ps(float_at(entry + kPart * sizeof(float)));
    }
    static Sum add(Sum sum, Row row, Row factor) { return _mm512_fmadd_ps(row, factor, sum); }
};

// Both components of a pair are widened side by side: each row has two sums, of even components and
// of odd ones.
struct Float16 : Avx512 {
    using Sum = __m512;
    using Row = __m512;
    static constexpr Dtype kType = Dtype::float16;
    static constexpr Entry kEntry = Entry::float_pair;
    static constexpr std::size_t kScratch = 0;
    static constexpr std::size_t kParts = 1;
    static constexpr std::size_t kSums = 4;
    static constexpr std::size_t kSumsOfVector = 2;

    static Sum start(const std::byte*, std::size_t) { return _mm512_setzero_ps(); }
    template <std::size_t kPart>
    static Row row(const std::byte* plane) {
        return _mm512_cvtph_ps(_mm256_load_si256(reinterpret_cast<const __m256i*>(plane)));
    }
    template <std::size_t kPart>
    static Row factor(const std::byte* entry) {
        return _mm512_castpd_ps(_mm512_set1_pd(*reinterpret_cast<const double*>(entry)));
    }
    static Sum add(Sum sum, Row row, Row factor) { return _mm512_fmadd_ps(row, factor, sum); }
    static Vector floats(const Sum* sums) {
        const __m512i even =
            _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
        const __m512i odd =
            _mm512_set_epi32(31, 29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1);
        return _mm512_add_ps(_mm512_permutex2var_ps(sums[0], even, sums[1]),
                             _mm512_permutex2var_ps(sums[0], odd, sums[1]));
    }
};

}  // namespace

constinit const ScanKernel kScanAvx512Float32 =
    kernel_of<Float32>("avx512", &runs_avx512, &float_chain_error);
constinit const ScanKernel kScanAvx512Float16 =
    kernel_of<Float16>("avx512", &runs_avx512, &float_chain_error);
constinit const ScanKernel kScanAvx512Bfloat16 =
    kernel_of<Bfloat16>("avx512", &runs_avx512, &float_chain_error);

}  // namespace qr::cpu
