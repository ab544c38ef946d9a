// Rows summed by a whole warp: the order of kernels/math/lanes.h, thread t holding lane t of them.
//
// A group of 32 components of a row is one 128-byte load of the warp, wherever the row starts. A
// warp with many sums does not add up each of its own: at each level of the tree a thread hands
// half of its sums to its partner of that level and takes the partner's share of the other half, so
// that 64 sums take 62 exchanges. Addition commutes to the bit: either partner finds the sum that
// sum_lanes() has there. Products of two float32 are exact in double, so it changes nothing whether
// the compiler fuses them with the addition.
#pragma once

#include <cuda_runtime.h>

#include "kernels/row_lanes.cuh"

namespace qr::device {

__device__ inline unsigned lane_of_thread() {
    return threadIdx.x % kWarpThreads;
}

__device__ inline unsigned groups_of(unsigned dimension) {
    return (dimension + kGroup - 1) / kGroup;
}

// The components of a warp's rows, in ascending groups. Those of the next kAhead groups are on
// their way while one is multiplied: latency costs nothing once kAhead groups take longer than it.
template <unsigned kRows, unsigned kAhead>
class RowStream {
  public:
    // `row_of(r)` is the first component of row r. Nothing waits for the loads yet.
    template <class RowOf>
    __device__ void start(unsigned dimension, RowOf row_of) {
        dimension_ = dimension;
#pragma unroll
        for (unsigned r = 0; r < kRows; ++r)
            rows_[r] = row_of(r) + lane_of_thread();
        if (kAhead * kGroup <= dimension)
            load_first<Loads::whole>();
        else
            load_first<Loads::guarded>();
    }
    // Gives `use` groups [begin, end): the group's number and a component of each row, zero past
    // the row's end. Calls follow each other without a gap; `end` is the row's, or a multiple of
    // kAhead.
    template <class Use>
    __device__ void take(unsigned begin, unsigned end, Use use) {
        for (unsigned group = begin; group < end; group += kAhead) {
            if ((group + 2 * kAhead) * kGroup <= dimension_)
                take_some<Loads::whole>(group, end, use);
            else if ((group + kAhead) * kGroup == dimension_)
                take_some<Loads::none>(group, end, use);
            else
                take_some<Loads::guarded>(group, end, use);
#pragma unroll
            for (unsigned r = 0; r < kRows; ++r)
                rows_[r] += kAhead * kGroup;
        }
    }

  private:
    enum class Loads { whole, guarded, none };

    template <Loads kLoads>
    __device__ void load(unsigned slot, unsigned group, unsigned step) {
        const bool is_there = (group + step) * kGroup + lane_of_thread() < dimension_;
#pragma unroll
        for (unsigned r = 0; r < kRows; ++r) {
            if (kLoads == Loads::whole || is_there)
                ahead_[slot][r] = __ldg(rows_[r] + step * kGroup);
            else
                ahead_[slot][r] = 0;
        }
    }
    template <Loads kLoads>
    __device__ void load_first() {
#pragma unroll
        for (unsigned s = 0; s < kAhead; ++s)
            load<kLoads>(s, 0, s);
    }
    template <Loads kLoads, class Use>
    __device__ void take_some(unsigned group, unsigned end, Use use) {
#pragma unroll
        for (unsigned s = 0; s < kAhead; ++s) {
            if (kLoads == Loads::guarded && group + s >= end) break;
            double components[kRows];
#pragma unroll
            for (unsigned r = 0; r < kRows; ++r)
                components[r] = ahead_[s][r];
            if constexpr (kLoads != Loads::none) load<kLoads>(s, group, kAhead + s);
            use(group + s, components);
        }
    }

    const float* rows_[kRows];  // the thread's component of the group that is next taken
    unsigned dimension_;
    float ahead_[kAhead][kRows];
};

// One level of the tree and all below it.
template <unsigned kSums, unsigned kPartner, unsigned kTurnedBits>
__device__ void add_lanes(double* sums) {
    constexpr unsigned kHalf = kSums / 2;
    if constexpr (kSums == 1) {
        sums[0] += __shfl_xor_sync(0xFFFFFFFFU, sums[0], int{kPartner});
    } else if constexpr (kTurnedBits > 0) {
#pragma unroll
        for (unsigned i = 0; i < kHalf; ++i)
            sums[i] += __shfl_xor_sync(0xFFFFFFFFU, sums[i + kHalf], int{kPartner});
    } else {
        const bool is_upper = (lane_of_thread() & kPartner) != 0;
#pragma unroll
        for (unsigned i = 0; i < kHalf; ++i) {
            const double lower = sums[i], upper = sums[i + kHalf];
            sums[i] = (is_upper ? upper : lower) +
                      __shfl_xor_sync(0xFFFFFFFFU, is_upper ? lower : upper, int{kPartner});
        }
    }
    if constexpr (kPartner > 1)
        add_lanes<(kSums > 1 ? kHalf : 1), kPartner / 2, (kTurnedBits > 0 ? kTurnedBits - 1 : 0)>(
            sums);
}

// Gives `put` the number and the total of each sum, each in one thread of the warp, all of whose
// threads must call it. kSums is a power of two.
//
// With kTurnedBits a thread holds sum i as its sums[i ^ t], where the highest kTurnedBits of t, as
// of a number below kSums, are those of its lane, and the others zero: then every thread hands over
// the same numbers, and none has to choose.
template <unsigned kTurnedBits = 0, unsigned kSums, class Put>
__device__ void put_totals(double (&sums)[kSums], Put put) {
    static_assert((kSums & (kSums - 1)) == 0 && kSums >> kTurnedBits > 0);
    add_lanes<kSums, kWarpThreads / 2, kTurnedBits>(sums);
    if constexpr (kSums >= kWarpThreads) {
#pragma unroll
        for (unsigned i = 0; i < kSums / kWarpThreads; ++i)
            put(lane_of_thread() * (kSums / kWarpThreads) + i, sums[i]);
    } else {
        constexpr unsigned kThreadsOfASum = kWarpThreads / kSums;
        if (lane_of_thread() % kThreadsOfASum == 0) put(lane_of_thread() / kThreadsOfASum, sums[0]);
    }
}

}  // namespace qr::device
