#include "perf/host/collection/engine/machine_roofs.h"

#include <immintrin.h>
#include <time.h>

#include <algorithm>
#include <cstdint>

#define QR_FOR(features) __attribute__((target(features), noinline))

namespace qr::perf {
namespace {

constexpr std::size_t kChains = 12;  // latency 4 or 5, two a cycle
constexpr std::size_t kRounds = 100'000;

QR_FOR("avx2,fma") void avx2_float() {
    __m256 sums[kChains];
    __m256 factor = _mm256_set1_ps(0.5F);
    asm volatile("" : "+x"(factor));
#pragma GCC unroll 12
    for (__m256& sum : sums) {
        sum = _mm256_setzero_ps();
        asm volatile("" : "+x"(sum));  // else it is seen to be as its neighbours
    }
    for (std::size_t round = 0; round < kRounds; ++round) {
#pragma GCC unroll 12
        for (__m256& sum : sums)
            sum = _mm256_fmadd_ps(factor, factor, sum);
    }
#pragma GCC unroll 12
    for (const __m256& sum : sums)
        asm volatile("" : : "x"(sum));
}

// A product with the sum: one of constants would be taken out of the loop.
QR_FOR("avx2") void avx2_int8() {
    __m256i sums[kChains];
    __m256i factor = _mm256_set1_epi16(3);
    asm volatile("" : "+x"(factor));
#pragma GCC unroll 12
    for (__m256i& sum : sums) {
        sum = _mm256_set1_epi16(1);
        asm volatile("" : "+x"(sum));  // else it is seen to be as its neighbours
    }
    for (std::size_t round = 0; round < kRounds; ++round) {
#pragma GCC unroll 12
        for (__m256i& sum : sums)
            sum = _mm256_add_epi32(sum, _mm256_madd_epi16(factor, sum));
    }
#pragma GCC unroll 12
    for (const __m256i& sum : sums)
        asm volatile("" : : "x"(sum));
}

QR_FOR("avx512f") void avx512_float() {
    __m512 sums[kChains];
    __m512 factor = _mm512_set1_ps(0.5F);
    asm volatile("" : "+v"(factor));
#pragma GCC unroll 12
    for (__m512& sum : sums) {
        sum = _mm512_setzero_ps();
        asm volatile("" : "+v"(sum));  // else it is seen to be as its neighbours
    }
    for (std::size_t round = 0; round < kRounds; ++round) {
#pragma GCC unroll 12
        for (__m512& sum : sums)
            sum = _mm512_fmadd_ps(factor, factor, sum);
    }
#pragma GCC unroll 12
    for (const __m512& sum : sums)
        asm volatile("" : : "v"(sum));
}

QR_FOR("avx512f,avx512bf16") void avx512_bfloat16() {
    __m512 sums[kChains];
    __m512 factor = _mm512_set1_ps(0.5F);
    asm volatile("" : "+v"(factor));
#pragma GCC unroll 12
    for (__m512& sum : sums) {
        sum = _mm512_setzero_ps();
        asm volatile("" : "+v"(sum));  // else it is seen to be as its neighbours
    }
    for (std::size_t round = 0; round < kRounds; ++round) {
#pragma GCC unroll 12
        for (__m512& sum : sums)
            sum = _mm512_dpbf16_ps(sum, __builtin_bit_cast(__m512bh, factor),
                                   __builtin_bit_cast(__m512bh, factor));
    }
#pragma GCC unroll 12
    for (const __m512& sum : sums)
        asm volatile("" : : "v"(sum));
}

QR_FOR("avx512f,avx512vnni") void avx512_int8() {
    __m512i sums[kChains];
    __m512i factor = _mm512_set1_epi32(0x01010101);
    asm volatile("" : "+v"(factor));
#pragma GCC unroll 12
    for (__m512i& sum : sums) {
        sum = _mm512_setzero_si512();
        asm volatile("" : "+v"(sum));  // else it is seen to be as its neighbours
    }
    for (std::size_t round = 0; round < kRounds; ++round) {
#pragma GCC unroll 12
        for (__m512i& sum : sums)
            sum = _mm512_dpbusd_epi32(sum, factor, factor);
    }
#pragma GCC unroll 12
    for (const __m512i& sum : sums)
        asm volatile("" : : "v"(sum));
}

struct Loop {
    void (*run)() = nullptr;
    std::size_t width = 0;  // multiply-adds of an instruction
};

Loop loop_of(std::string_view kernel, Dtype type) {
    if (kernel == "avx2") return type == Dtype::int8 ? Loop{avx2_int8, 16} : Loop{avx2_float, 8};
    if (kernel == "avx512") return {avx512_float, 16};
    if (kernel == "avx512_bf16") return {avx512_bfloat16, 32};
    if (kernel == "avx512_vnni") return {avx512_int8, 64};
    return {};
}

// The buffer as kStreams streams side by side; prefetching so many bytes ahead.
template <std::size_t kStreams, std::size_t kAhead>
QR_FOR("avx2")
void read(std::span<const std::byte> buffer) {
    __m256i seen[4] = {};
    const std::size_t length = buffer.size() / kStreams;
    const std::byte* const end = buffer.data() + length;
    for (const std::byte* at = buffer.data(); at < end; at += 128) {
#pragma GCC unroll 4
        for (std::size_t stream = 0; stream < kStreams; ++stream) {
            const std::byte* const from = at + stream * length;
            if constexpr (kAhead > 0) {
                _mm_prefetch(reinterpret_cast<const char*>(from + kAhead), _MM_HINT_T0);
                _mm_prefetch(reinterpret_cast<const char*>(from + kAhead + 64), _MM_HINT_T0);
            }
#pragma GCC unroll 4
            for (std::size_t i = 0; i < 4; ++i) {
                const auto* const part = reinterpret_cast<const __m256i*>(from) + i;
                seen[i] = _mm256_xor_si256(seen[i], _mm256_load_si256(part));
            }
        }
    }
    for (const __m256i& part : seen)
        asm volatile("" : : "x"(part));
}

}  // namespace

double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double multiply_add_rate(std::string_view kernel, Dtype type) {
    const Loop loop = loop_of(kernel, type);
    if (loop.run == nullptr) return 0;
    double best = 1e9;
    for (int turn = 0; turn < 8; ++turn) {
        const double start = cpu_seconds();
        loop.run();
        best = std::min(best, cpu_seconds() - start);
    }
    return static_cast<double>(kRounds * kChains * loop.width) / best;
}

void Reading::round() {
    constexpr std::array kWays = {read<1, 0>, read<1, 4096>, read<2, 0>, read<4, 0>};
    const std::size_t slice = buffer_.size() / BestOfSlices::kSlices;
    for (std::size_t way = 0; way < kWays.size(); ++way)
        ways_[way].round([&](std::size_t i) { kWays[way](buffer_.subspan(i * slice, slice)); });
}

double Reading::rate() const {
    double best = std::numeric_limits<double>::infinity();
    for (const BestOfSlices& way : ways_)
        best = std::min(best, way.seconds());
    return static_cast<double>(buffer_.size()) / best;
}

}  // namespace qr::perf
