// The k best by way of a few candidates: for a block that can tell most of what it looks through
// from the best at once. A bound below which none of the k best lies, what is not below it
// collected, and each of those few ranked against the others.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>

#include "kernels/best_of.cuh"

namespace qr::device {

inline constexpr unsigned kFewMax = 512;  // candidates: a thread each, and as many comparisons
inline constexpr unsigned kFewKMax = 128;
static_assert(kFewMax <= kBestOfThreads && 2 * kFewKMax <= kFewMax);

// An image that at least k threads have not below their own, and seldom many more do: found bit by
// bit. At least k threads have one.
template <class Image>
__device__ Image bound_of(Image own, unsigned k) {
    Image bound = 0;
#pragma unroll 1
    for (Image bit = Image{1} << (8 * sizeof(Image) - 1); bit != 0; bit >>= 1) {
        const auto held = static_cast<unsigned>(__syncthreads_count(own >= (bound | bit)));
        if (held < k) continue;
        bound |= bit;
        if (held <= 2 * k) break;
    }
    return bound;
}

// put(place) in the threads that have something, with the next places of the counter, whatever
// their number: it is put's affair that they fit. Whole warps call it.
template <class Put>
__device__ void append(bool has_one, unsigned& counter, Put put) {
    const unsigned lane = threadIdx.x % kWarpThreads;
    const unsigned votes = __ballot_sync(0xFFFFFFFFU, has_one);
    unsigned first = 0;
    if (lane == 0 && votes != 0) first = atomicAdd(&counter, static_cast<unsigned>(__popc(votes)));
    first = __shfl_sync(0xFFFFFFFFU, first, 0);
    if (has_one) put(first + static_cast<unsigned>(__popc(votes & ((1U << lane) - 1))));
}

// put(place, column) of the k best of `count` candidates, best first, or by column, for which
// `columns` has room. The whole block calls it, after a barrier.
template <class Image, class Put>
__device__ void rank(const Candidate<Image>* few, unsigned count, unsigned k, Listing listing,
                     unsigned* columns, Put put) {
    const bool is_there = threadIdx.x < count;
    const Candidate<Image> own = few[is_there ? threadIdx.x : 0];
    const auto column = static_cast<unsigned>(own.column);
    unsigned place = is_there ? 0 : k;
#pragma unroll 4
    for (unsigned i = 0; i < count && is_there; ++i)
        place += comes_before(few[i], own) ? 1U : 0U;
    if (listing == Listing::by_column) {
        if (place < k) columns[place] = column;
        __syncthreads();
        unsigned before = 0;
#pragma unroll 4
        for (unsigned i = 0; i < k && place < k; ++i)
            before += columns[i] < column ? 1U : 0U;
        if (place < k) place = before;
    }
    if (place < k) put(place, column);
}

}  // namespace qr::device
