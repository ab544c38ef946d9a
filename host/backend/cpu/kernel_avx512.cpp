// AVX-512: the 32 lanes are four registers of eight doubles.
//
// Converting straight from memory costs one arithmetic uop per eight components and none on the
// shuffle port; with the two multiply-adds that makes three per eight, the floor of this definition
// on a core with two 512-bit units. Two rows share each load of the query.
#include <immintrin.h>

#include <cstddef>

#include "host/backend/cpu/kernel_loop.h"
#include "host/backend/cpu/kernels.h"

namespace qr::cpu {
namespace {

constexpr std::size_t kGroup = 32;  // components that fill the lanes once
constexpr std::size_t kParts = 4;   // registers that hold the lanes
constexpr std::size_t kWidth = 8;   // doubles in a register

struct Lanes {
    __m512d part[kParts];
};

// Bit j is set when component j of the last, partial group exists.
struct TailMask {
    explicit TailMask(std::size_t components) : bits((1U << components) - 1U) {}
    __mmask8 part(std::size_t index) const { return static_cast<__mmask8>(bits >> (8 * index)); }
    unsigned bits;
};

struct WholeGroup {
    static __m256 load(const float* from, std::size_t) { return _mm256_loadu_ps(from); }
};

// Reads nothing past the row: the row may end where its page does.
struct PartialGroup {
    TailMask mask;
    __m256 load(const float* from, std::size_t part) const {
        return _mm256_maskz_loadu_ps(mask.part(part), from);
    }
};

template <class Register>
[[gnu::always_inline]] inline Register keep(Register value) {
    asm("" : "+v"(value));
    return value;
}

// Steps +16 and +8 of the tree: 32 lanes to 8.
inline __m512d fold(const Lanes& lanes) {
    return _mm512_add_pd(_mm512_add_pd(lanes.part[0], lanes.part[2]),
                         _mm512_add_pd(lanes.part[1], lanes.part[3]));
}

// Steps +4, +2 and +1 of four sums at once: they share the shuffles.
inline __m256d finish(__m512d a, __m512d b, __m512d c, __m512d d) {
    const __m512d ab =
        _mm512_add_pd(_mm512_shuffle_f64x2(a, b, 0x44), _mm512_shuffle_f64x2(a, b, 0xEE));
    const __m512d cd =
        _mm512_add_pd(_mm512_shuffle_f64x2(c, d, 0x44), _mm512_shuffle_f64x2(c, d, 0xEE));
    const __m512d pairs =
        _mm512_add_pd(_mm512_shuffle_f64x2(ab, cd, 0x88), _mm512_shuffle_f64x2(ab, cd, 0xDD));
    const __m512d sums = _mm512_add_pd(pairs, _mm512_permute_pd(pairs, 0x55));
    return _mm512_castpd512_pd256(_mm512_maskz_compress_pd(0x55, sums));
}

template <std::size_t kQueries, std::size_t kRows, Norms kNorms>
struct Sums {
    Lanes dots[kQueries][kRows] = {};
    Lanes norms[kRows] = {};

    template <class Group>
    [[gnu::always_inline]] void add(const double* queries, std::size_t query_stride,
                                    const float* rows, std::size_t dimension, Group group) {
#pragma GCC unroll 4
        for (std::size_t part = 0; part < kParts; ++part) {
            const std::size_t offset = kWidth * part;
            __m512d query[kQueries];
#pragma GCC unroll 4
            for (std::size_t q = 0; q < kQueries; ++q)
                query[q] = keep(_mm512_load_pd(queries + q * query_stride + offset));
#pragma GCC unroll 3
            for (std::size_t r = 0; r < kRows; ++r) {
                const __m512d document =
                    _mm512_cvtps_pd(keep(group.load(rows + r * dimension + offset, part)));
                if constexpr (kNorms == Norms::fused) {
                    norms[r].part[part] = _mm512_fmadd_pd(document, document, norms[r].part[part]);
                }
#pragma GCC unroll 4
                for (std::size_t q = 0; q < kQueries; ++q)
                    dots[q][r].part[part] =
                        _mm512_fmadd_pd(document, query[q], dots[q][r].part[part]);
            }
        }
    }

    [[gnu::always_inline]] void store(const SumTarget& target) const {
        constexpr std::size_t kDots = kQueries * kRows;
        constexpr std::size_t kCount = kDots + (kNorms == Norms::fused ? kRows : 0);
        constexpr std::size_t kRounded = (kCount + 3) / 4 * 4;
        __m512d folded[kRounded] = {};
#pragma GCC unroll 8
        for (std::size_t i = 0; i < kCount; ++i)
            folded[i] = fold(i < kDots ? dots[i / kRows][i % kRows] : norms[i - kDots]);
        alignas(32) double finished[kRounded];
#pragma GCC unroll 2
        for (std::size_t i = 0; i < kRounded; i += 4) {
            _mm256_store_pd(finished + i,
                            finish(folded[i], folded[i + 1], folded[i + 2], folded[i + 3]));
        }
#pragma GCC unroll 8
        for (std::size_t i = 0; i < kDots; ++i)
            target.dots[i / kRows * target.stride + i % kRows] = finished[i];
#pragma GCC unroll 8
        for (std::size_t i = kDots; i < kCount; ++i)
            target.norms2[i - kDots] = finished[i];
    }
};

struct Avx512Block {
    static constexpr std::size_t kQueriesMax = 4;
    // Accumulators take 4 * (queries + 1) * rows of the 32 registers.
    template <std::size_t kQueries>
    static constexpr std::size_t rows_at_once = kQueries == 4   ? 1
                                                : kQueries == 2 ? 2
                                                                : 3;

    template <std::size_t kQueries, std::size_t kRows, Norms kNorms>
    static void run(const double* queries, std::size_t query_stride, const float* rows,
                    std::size_t dimension, const SumTarget& target) {
        Sums<kQueries, kRows, kNorms> sums;
        const std::size_t tail = dimension % kGroup;
        const std::size_t whole = dimension - tail;
        for (std::size_t i = 0; i < whole; i += kGroup)
            sums.add(queries + i, query_stride, rows + i, dimension, WholeGroup{});
        if (tail != 0) {
            sums.add(queries + whole, query_stride, rows + whole, dimension,
                     PartialGroup{TailMask(tail)});
        }
        sums.store(target);
    }
};

}  // namespace

const KernelTable kAvx512Kernels = {InstructionSet::avx512, &inner_products<Avx512Block>};

}  // namespace qr::cpu
