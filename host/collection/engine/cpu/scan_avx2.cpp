// AVX2: eight rows in a register of float32; twelve sums leave room for two rows and a factor.
#include <immintrin.h>

#include <cstddef>

#include "host/collection/engine/cpu/scan_walk.h"

namespace qr::cpu {
namespace {

struct Avx2 {
    using Vector = __m256;
    static constexpr std::size_t kRunMax = 6;
    static constexpr std::size_t kRegisters = 16;
    static constexpr std::size_t kRowsOfVector = 8;

    static Vector keep_bits(Passing passing) {
        return _mm256_castsi256_ps(
            _mm256_set1_epi32(passing == Passing::by_magnitude ? 0x7FFFFFFF : -1));
    }
    static Vector weigh(Vector sums, const float* weights, Vector keep) {
        return _mm256_and_ps(_mm256_mul_ps(sums, _mm256_load_ps(weights)), keep);
    }
    static std::uint32_t not_below(Vector estimates, float threshold) {
        return static_cast<std::uint32_t>(
            _mm256_movemask_ps(_mm256_cmp_ps(estimates, _mm256_set1_ps(threshold), _CMP_NLT_UQ)));
    }
    static void store(float* to, Vector estimates) { _mm256_store_ps(to, estimates); }
};

// Sums of float32.
struct FloatSums : Avx2 {
    using Sum = __m256;
    using Row = __m256;
    static Sum start(const std::byte*, std::size_t) { return _mm256_setzero_ps(); }
    static Sum add(Sum sum, Row row, __m256 factor) { return _mm256_fmadd_ps(row, factor, sum); }
};

// A sum for each row.
struct RowSums : FloatSums {
    static constexpr std::size_t kSums = 4;
    static constexpr std::size_t kSumsOfVector = 1;
    static Vector floats(const Sum* sums) { return sums[0]; }
};

struct Float32 : RowSums {
    static constexpr Dtype kType = Dtype::float32;
    static constexpr std::size_t kScratch = 0;
    static constexpr Entry kEntry = Entry::float_one;
    static constexpr std::size_t kParts = 1;

    template <std::size_t kPart>
    static Row row(const std::byte* plane) {
        return _mm256_load_ps(reinterpret_cast<const float*>(plane));
    }
    template <std::size_t kPart>
    static __m256 factor(const std::byte* entry) {
        return _mm256_broadcast_ss(reinterpret_cast<const float*>(entry));
    }
};

// A bfloat16 is the upper half of a float32: of a pair, one is shifted there, the other is there.
struct Bfloat16 : RowSums {
    static constexpr Dtype kType = Dtype::bfloat16;
    static constexpr std::size_t kScratch = 1;
    static constexpr Entry kEntry = Entry::float_pair;
    static constexpr std::size_t kParts = 2;

    template <std::size_t kPart>
    static Row row(const std::byte* plane) {
        const __m256i pairs = _mm256_load_si256(reinterpret_cast<const __m256i*>(plane));
        return _mm256_castsi256_ps(kPart == 0 ? _mm256_slli_epi32(pairs, 16)
                                              : _mm256_and_si256(pairs, upper_halves()));
    }
    template <std::size_t kPart>
    static __m256 factor(const std::byte* entry) {
        return _mm256_broadcast_ss(reinterpret_cast<const float*>(entry) + kPart);
    }
    static __m256i upper_halves() { return _mm256_set1_epi32(static_cast<int>(0xFFFF0000U)); }
};

// Both components of a pair are widened side by side: each row has two sums, of even components and
// of odd ones.
struct Float16 : FloatSums {
    static constexpr Dtype kType = Dtype::float16;
    static constexpr std::size_t kScratch = 0;
    static constexpr Entry kEntry = Entry::float_pair;
    static constexpr std::size_t kParts = 1;
    static constexpr std::size_t kSums = 8;
    static constexpr std::size_t kSumsOfVector = 2;

    template <std::size_t kPart>
    static Row row(const std::byte* plane) {
        return _mm256_cvtph_ps(_mm_load_si128(reinterpret_cast<const __m128i*>(plane)));
    }
    template <std::size_t kPart>
    static __m256 factor(const std::byte* entry) {
        return _mm256_castpd_ps(_mm256_broadcast_sd(reinterpret_cast<const double*>(entry)));
    }
    // Rows 0 1 4 5 2 3 6 7 come out of the sum of neighbours.
    static Vector floats(const Sum* sums) {
        const __m256d mixed = _mm256_castps_pd(_mm256_hadd_ps(sums[0], sums[1]));
        return _mm256_castpd_ps(_mm256_permute4x64_pd(mixed, 0xD8));
    }
};

// int8 widened to int16: VPMADDWD sums pairs of products exactly.
struct Int8 : Avx2 {
    using Sum = __m256i;
    using Row = __m256i;
    static constexpr Dtype kType = Dtype::int8;
    static constexpr std::size_t kScratch = 1;
    static constexpr Entry kEntry = Entry::int16_quad;
    static constexpr std::size_t kParts = 1;
    static constexpr std::size_t kSums = 8;
    static constexpr std::size_t kSumsOfVector = 2;

    static Sum start(const std::byte*, std::size_t) { return _mm256_setzero_si256(); }
    template <std::size_t kPart>
    static Row row(const std::byte* plane) {
        return _mm256_cvtepi8_epi16(_mm_load_si128(reinterpret_cast<const __m128i*>(plane)));
    }
    template <std::size_t kPart>
    static __m256i factor(const std::byte* entry) {
        return _mm256_castpd_si256(_mm256_broadcast_sd(reinterpret_cast<const double*>(entry)));
    }
    static Sum add(Sum sum, Row row, __m256i factor) {
        return _mm256_add_epi32(sum, _mm256_madd_epi16(row, factor));
    }
    static Vector floats(const Sum* sums) {
        const __m256i mixed = _mm256_hadd_epi32(sums[0], sums[1]);
        return _mm256_cvtepi32_ps(_mm256_permute4x64_epi64(mixed, 0xD8));
    }
};

}  // namespace

constinit const ScanKernel kScanAvx2Float32 =
    kernel_of<Float32>("avx2", &runs_avx2, &float_chain_error);
constinit const ScanKernel kScanAvx2Float16 =
    kernel_of<Float16>("avx2", &runs_avx2, &float_chain_error);
constinit const ScanKernel kScanAvx2Bfloat16 =
    kernel_of<Bfloat16>("avx2", &runs_avx2, &float_chain_error);
constinit const ScanKernel kScanAvx2Int8 = kernel_of<Int8>("avx2", &runs_avx2, &integer_error);

}  // namespace qr::cpu
