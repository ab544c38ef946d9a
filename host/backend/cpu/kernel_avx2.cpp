// AVX2: the 32 lanes are eight registers of four doubles, and there are sixteen registers.
//
// So each row is read twice: once for lanes 0-15, once for lanes 16-31, the second time from the L1
// cache. The halves meet in the first step of the tree.
#include <immintrin.h>

#include <cstddef>

#include "host/backend/cpu/kernel_loop.h"
#include "host/backend/cpu/kernels.h"

namespace qr::cpu {
namespace {

constexpr std::size_t kGroup = 32;  // components that fill the lanes once
constexpr std::size_t kHalf = 16;   // lanes of one pass
constexpr std::size_t kParts = 4;   // registers that hold half of the lanes
constexpr std::size_t kWidth = 4;   // doubles in a register

struct HalfLanes {
    __m256d part[kParts];
};

struct WholeGroup {
    static __m128 load(const float* from, std::size_t) { return _mm_loadu_ps(from); }
};

// Reads nothing past the row: the row may end where its page does.
struct PartialGroup {
    std::size_t components;  // that exist in the last group
    __m128 load(const float* from, std::size_t offset) const {
        const int left = components > offset ? static_cast<int>(components - offset) : 0;
        const __m128i exists = _mm_cmpgt_epi32(_mm_set1_epi32(left), _mm_setr_epi32(0, 1, 2, 3));
        return _mm_maskload_ps(from, exists);
    }
};

// The tree: the halves are step +16, then +8, +4, +2, +1.
inline double finish(const HalfLanes& low, const HalfLanes& high) {
    const __m256d a = _mm256_add_pd(low.part[0], high.part[0]);
    const __m256d b = _mm256_add_pd(low.part[1], high.part[1]);
    const __m256d c = _mm256_add_pd(low.part[2], high.part[2]);
    const __m256d d = _mm256_add_pd(low.part[3], high.part[3]);
    const __m256d four = _mm256_add_pd(_mm256_add_pd(a, c), _mm256_add_pd(b, d));
    const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
    return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

template <std::size_t kQueries, Norms kNorms>
struct HalfSums {
    HalfLanes dots[kQueries] = {};
    HalfLanes norm = {};

    template <class Group>
    [[gnu::always_inline]] void add(const double* queries, std::size_t query_stride,
                                    const float* row, std::size_t half, Group group) {
#pragma GCC unroll 4
        for (std::size_t part = 0; part < kParts; ++part) {
            const std::size_t offset = half + kWidth * part;
            const __m256d document = _mm256_cvtps_pd(group.load(row + offset, offset));
            if constexpr (kNorms == Norms::fused)
                norm.part[part] = _mm256_fmadd_pd(document, document, norm.part[part]);
#pragma GCC unroll 2
            for (std::size_t q = 0; q < kQueries; ++q) {
                const __m256d query = _mm256_loadu_pd(queries + q * query_stride + offset);
                dots[q].part[part] = _mm256_fmadd_pd(document, query, dots[q].part[part]);
            }
        }
    }

    [[gnu::always_inline]] void add_row(const double* queries, std::size_t query_stride,
                                        const float* row, std::size_t dimension, std::size_t half) {
        const std::size_t tail = dimension % kGroup;
        const std::size_t whole = dimension - tail;
        for (std::size_t i = 0; i < whole; i += kGroup)
            add(queries + i, query_stride, row + i, half, WholeGroup{});
        if (tail != 0) add(queries + whole, query_stride, row + whole, half, PartialGroup{tail});
    }
};

struct Avx2Block {
    static constexpr std::size_t kQueriesMax = 2;  // 4 * (2 + 1) accumulators and a document in 16
    template <std::size_t kQueries>
    static constexpr std::size_t rows_at_once = 1;

    template <std::size_t kQueries, std::size_t kRows, Norms kNorms>
    static void run(const double* queries, std::size_t query_stride, const float* row,
                    std::size_t dimension, const SumTarget& target) {
        HalfSums<kQueries, kNorms> low;
        HalfSums<kQueries, kNorms> high;
        low.add_row(queries, query_stride, row, dimension, 0);
        high.add_row(queries, query_stride, row, dimension, kHalf);
#pragma GCC unroll 2
        for (std::size_t q = 0; q < kQueries; ++q)
            target.dots[q * target.stride] = finish(low.dots[q], high.dots[q]);
        if constexpr (kNorms == Norms::fused) *target.norms2 = finish(low.norm, high.norm);
    }
};

}  // namespace

const KernelTable kAvx2Kernels = {InstructionSet::avx2, &inner_products<Avx2Block>};

}  // namespace qr::cpu
