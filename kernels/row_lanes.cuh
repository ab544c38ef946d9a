// A row summed by eight threads, an octet: the order of kernels/math/lanes.h with 16-byte loads.
//
// Thread t of an octet holds lanes 4t..4t+3, so that one load brings the next component of each of
// them, and a group of 32 components is one 128-byte line read by one octet; a warp holds four
// octets, a row each. Lane j's partners j+16, j+8 and j+4 are held by threads t^4, t^2 and t^1, its
// partners j+2 and j+1 by the thread itself. Addition commutes to the bit, so every thread of the
// octet ends with the sum that sum_lanes() leaves in lane 0. Products of two float32 are exact in
// double: whether the compiler fuses them with the addition changes nothing.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "kernels/math/lanes.h"

namespace qr::device {

inline constexpr unsigned kWarpThreads = 32;
inline constexpr unsigned kOctetThreads = 8;
inline constexpr unsigned kHeldLanes = 4;
inline constexpr unsigned kGroup = kOctetThreads * kHeldLanes;  // components of one step
static_assert(kGroup == math::kLanes);

// One number for each lane that the thread holds: components, or their running sums.
struct HeldLanes {
    double of[kHeldLanes] = {};
};

// A row's length in components, rounded up to whole groups.
__device__ inline unsigned padded(unsigned dimension) {
    return (dimension + kGroup - 1) / kGroup * kGroup;
}

// Whether every row of a dense matrix starts where 16 bytes may be loaded (or 4 numbers of `bytes`
// each be stored) at once.
__host__ __device__ inline bool is_wide(const void* rows, unsigned dimension, unsigned bytes) {
    return dimension % 4 == 0 && reinterpret_cast<std::uintptr_t>(rows) % (4 * bytes) == 0;
}

// The components up to which whole groups may be loaded at once; behind it one by one.
__device__ inline unsigned wide_end(const float* rows, unsigned dimension) {
    return is_wide(rows, dimension, sizeof(float)) ? dimension / kGroup * kGroup : 0;
}

__device__ inline HeldLanes load_wide(const float* __restrict__ at) {
    const float4 four = __ldg(reinterpret_cast<const float4*>(at));
    return {{four.x, four.y, four.z, four.w}};
}

// Components from `first` on; those past the end of the row count as zero.
__device__ inline HeldLanes load_guarded(const float* __restrict__ row, unsigned first,
                                         unsigned dimension) {
    HeldLanes held;
    for (unsigned c = 0; c < kHeldLanes; ++c) {
        if (first + c < dimension) held.of[c] = __ldg(row + first + c);
    }
    return held;
}

__device__ inline void add_products(HeldLanes& sums, const HeldLanes& left,
                                    const HeldLanes& right) {
    for (unsigned c = 0; c < kHeldLanes; ++c)
        sums.of[c] += left.of[c] * right.of[c];
}

// Gives `use` the thread's components of every group of the rows, in ascending order. `wide` is the
// least wide_end() among them.
template <class Use, class... Rows>
__device__ void over_groups(unsigned dimension, unsigned wide, Use use, const Rows*... rows) {
    unsigned i = threadIdx.x % kOctetThreads * kHeldLanes;
#pragma unroll 4
    for (; i < wide; i += kGroup)
        use(load_wide(rows + i)...);
    for (; i < padded(dimension); i += kGroup)
        use(load_guarded(rows, i, dimension)...);
}

// The total of an octet's lanes, in each of its threads. All threads of the warp must call it.
__device__ inline double sum_octet(HeldLanes held) {
    for (unsigned threads = kOctetThreads / 2; threads > 0; threads /= 2) {
        for (double& lane : held.of)
            lane += __shfl_xor_sync(0xFFFFFFFFU, lane, static_cast<int>(threads));
    }
    return (held.of[0] + held.of[2]) + (held.of[1] + held.of[3]);
}

// Of float32 components a squared norm is NaN or infinite exactly when one of them is, and zero
// exactly when all are.
__device__ inline bool is_good_norm2(double norm2) {
    return norm2 > 0 && norm2 <= 0x1p1023;
}

}  // namespace qr::device
