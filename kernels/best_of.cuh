// The k best of what one block looks through, by the whole block.
//
// A source gives an image for each of its indices, ordered as the scores are, by ascending column.
// The k-th best image is found eight bits at a time, from the highest that differs at all: each
// pass counts their values among the images that agree in what comes before, until all that agree
// are among the best.
// One more pass keeps what comes before it, and of its ties the first. Only counts are added by
// atomics, so nothing depends on the order of threads. Loops stay rolled: a block runs through this
// code once, so that fetching it counts as much as running it.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>

#include "kernels/rank.h"
#include "kernels/row_lanes.cuh"

namespace qr::device {

inline constexpr unsigned kBestOfThreads = 1024;
inline constexpr unsigned kBestOfWarps = kBestOfThreads / kWarpThreads;
static_assert(kBestOfWarps == kWarpThreads);  // so that a warp has one sum of each
inline constexpr unsigned kBytes = 256;       // values of a byte
inline constexpr unsigned kNoByte = kBytes;
inline constexpr unsigned kRounds = kBytes / kBestOfWarps;  // of the block, placed together

using Image32 = unsigned;
using Image64 = unsigned long long;

// Ordered as the scores are; -0 ties with +0.
__device__ inline Image64 image_of(double score) {
    const auto bits = static_cast<Image64>(__double_as_longlong(score == 0 ? 0.0 : score));
    return bits >> 63 != 0 ? ~bits : bits | Image64{1} << 63;
}
__device__ inline Image32 image_of(float score) {
    const Image32 bits = __float_as_uint(score == 0 ? 0.0F : score);
    return bits >> 31 != 0 ? ~bits : bits | Image32{1} << 31;
}
template <class Score>
using ImageOf = decltype(image_of(Score{}));
inline constexpr unsigned kAbsent = 0;  // no score's image: only that of a NaN

template <class Image>
struct alignas(2 * sizeof(Image)) Candidate {
    Image image;
    Image column;  // as wide as the image: a copy moves no padding
};

template <class Image>
__device__ bool comes_before(const Candidate<Image>& a, const Candidate<Image>& b) {
    return a.image > b.image || (a.image == b.image && a.column < b.column);
}

// What a block counts in, in shared memory.
struct Tally {
    unsigned counts[kBytes];  // of a byte's values; or of a round's warps
    unsigned warp_sums[kBestOfWarps];
    unsigned byte;
    unsigned above;
    unsigned same;
    Image64 any, all;  // bits that some image has, that every image has
    unsigned listed, few;
};

struct Prefix {
    unsigned before;  // sum over the threads before this one
    unsigned total;
};

__device__ inline Prefix sum_before(unsigned value, Tally& tally) {
    const unsigned lane = threadIdx.x % kWarpThreads, warp = threadIdx.x / kWarpThreads;
    unsigned sum = value;
    for (unsigned lanes = 1; lanes < kWarpThreads; lanes *= 2) {
        const unsigned other = __shfl_up_sync(0xFFFFFFFFU, sum, lanes);
        if (lane >= lanes) sum += other;
    }
    __syncthreads();  // until all have read the last call's sums
    if (lane == kWarpThreads - 1) tally.warp_sums[warp] = sum;
    __syncthreads();
    const unsigned of_warp = tally.warp_sums[lane];
    unsigned of_warps = of_warp;
    for (unsigned lanes = 1; lanes < kWarpThreads; lanes *= 2) {
        const unsigned other = __shfl_up_sync(0xFFFFFFFFU, of_warps, lanes);
        if (lane >= lanes) of_warps += other;
    }
    const unsigned before = __shfl_sync(0xFFFFFFFFU, of_warps - of_warp, static_cast<int>(warp));
    return {before + sum - value, __shfl_sync(0xFFFFFFFFU, of_warps, kWarpThreads - 1)};
}

// One atomic addition for all lanes of a warp that found the same byte: the high bytes of scores
// are nearly all alike.
__device__ inline void count(unsigned byte, Tally& tally) {
    const unsigned lanes = __match_any_sync(0xFFFFFFFFU, byte);
    const bool is_first =
        threadIdx.x % kWarpThreads + 1 == static_cast<unsigned>(__ffs(static_cast<int>(lanes)));
    if (byte != kNoByte && is_first)
        atomicAdd(&tally.counts[byte], static_cast<unsigned>(__popc(lanes)));
}

// A source as it is passed over several times: each image is read once where shared memory has
// room for all of them.
template <class Source, class Image>
class View {
  public:
    // `room` images at `images`.
    __device__ View(const Source& source, Image* images, unsigned room)
        : source_(source), images_(source.count <= room ? images : nullptr) {
        if (images_ == nullptr) return;
#pragma unroll 4
        for (unsigned i = threadIdx.x; i < source.count; i += kBestOfThreads)
            images_[i] = source.at(i);  // and nobody else asks for it
    }
    __device__ unsigned count() const {
        return source_.count;
    }
    __device__ Image at(unsigned i) const {
        if (i >= source_.count) return kAbsent;
        return images_ != nullptr ? images_[i] : source_.at(i);
    }

  private:
    const Source& source_;
    Image* const images_;
};

// What is above the image is among the k best, and so are the first `ties` of those that equal it.
template <class Image>
struct Threshold {
    Image image;
    unsigned ties;
};

// Bits in which images of the view differ; and those that all have.
template <class Image>
struct Bits {
    Image varied, common;
};

template <class Image, class Source>
__device__ Bits<Image> compare(const View<Source, Image>& view, Tally& tally) {
    if (threadIdx.x == 0) {
        tally.any = 0;
        tally.all = ~Image64{0};
    }
    Image any = 0, all = ~Image{0};
#pragma unroll 1
    for (unsigned i = threadIdx.x; i < view.count(); i += kBestOfThreads) {
        const Image image = view.at(i);
        if (image == kAbsent) continue;
        any |= image;
        all &= image;
    }
    for (int lanes = kWarpThreads / 2; lanes > 0; lanes /= 2) {
        any |= __shfl_xor_sync(0xFFFFFFFFU, any, lanes);
        all &= __shfl_xor_sync(0xFFFFFFFFU, all, lanes);
    }
    __syncthreads();
    if (threadIdx.x % kWarpThreads == 0 && any != 0) {
        atomicOr(&tally.any, Image64{any});
        atomicAnd(&tally.all, Image64{all});
    }
    __syncthreads();
    const auto common = static_cast<Image>(tally.all);
    return {static_cast<Image>(tally.any) ^ common, common};
}

template <class Image>
__device__ Image high_bits(Image image, unsigned low) {
    return low < 8 * sizeof(Image) ? image >> low : 0;
}

template <class Image, class Source>
__device__ Threshold<Image> find_threshold(const View<Source, Image>& view, unsigned k,
                                           Tally& tally) {
    const Bits<Image> bits = compare(view, tally);
    // Bits from here on are known of the k-th best.
    unsigned low = 64 - static_cast<unsigned>(__clzll(static_cast<long long>(bits.varied)));
    Threshold<Image> found{high_bits(bits.common, low), k};
#pragma unroll 1
    while (low > 0) {
        const unsigned width = min(low, 8U), high = low;
        low -= width;
        if (threadIdx.x < kBytes) tally.counts[threadIdx.x] = 0;
        __syncthreads();
#pragma unroll 1
        for (unsigned start = 0; start < view.count(); start += kBestOfThreads) {
            const Image image = view.at(start + threadIdx.x);
            const bool agrees = image != kAbsent && high_bits(image, high) == found.image;
            if (__any_sync(0xFFFFFFFFU, agrees))
                count(agrees ? static_cast<unsigned>(image >> low) & ((1U << width) - 1) : kNoByte,
                      tally);
        }
        __syncthreads();
        const bool has_byte = threadIdx.x < kBytes;
        const unsigned byte = kBytes - 1 - threadIdx.x % kBytes;  // the best first
        const unsigned same = has_byte ? tally.counts[byte] : 0;
        const unsigned above = sum_before(same, tally).before;
        if (has_byte && above < found.ties && found.ties <= above + same) {
            tally.byte = byte;
            tally.above = above;
            tally.same = same;
        }
        __syncthreads();
        found = {found.image << width | tally.byte, found.ties - tally.above};
        if (tally.same == found.ties) {  // all that agree so far are wanted
            const Image least = found.image << low;
            return {least == 0 ? 0 : least - 1, 0};
        }
    }
    return found;
}

// put(place, i, image) of the k best, places by ascending i; of ties the first. Lanes of a warp
// place their images by votes, warps by the sums of what each has in each round. What put() wrote
// is there for the whole block afterwards.
template <class Image, class Source, class Put>
__device__ void keep(const View<Source, Image>& view, unsigned k, Tally& tally, Put put) {
    const Threshold<Image> threshold = find_threshold(view, k, tally);
    const unsigned lane = threadIdx.x % kWarpThreads, warp = threadIdx.x / kWarpThreads;
    const unsigned lanes_before = (1U << lane) - 1;
    unsigned better = 0, ties = 0;
#pragma unroll 1
    for (unsigned begin = 0; begin < view.count(); begin += kRounds * kBestOfThreads) {
        const auto over_rounds = [&](auto use) {
#pragma unroll 1
            for (unsigned round = 0; round < kRounds; ++round) {
                const unsigned start = begin + round * kBestOfThreads;
                if (start >= view.count()) break;
                const Image image = view.at(start + threadIdx.x);
                use(round * kBestOfWarps + warp, start + threadIdx.x, image,
                    __ballot_sync(0xFFFFFFFFU, image > threshold.image),
                    __ballot_sync(0xFFFFFFFFU, image == threshold.image));
            }
        };
        if (threadIdx.x < kBytes) tally.counts[threadIdx.x] = 0;
        __syncthreads();
        // Both counts in one: a sum of either stays below 2^16.
        over_rounds([&](unsigned place, unsigned, Image, unsigned above, unsigned same) {
            if (lane == 0)
                tally.counts[place] = static_cast<unsigned>(__popc(above)) |
                                      static_cast<unsigned>(__popc(same)) << 16;
        });
        __syncthreads();
        const Prefix sums = sum_before(threadIdx.x < kBytes ? tally.counts[threadIdx.x] : 0, tally);
        if (threadIdx.x < kBytes) tally.counts[threadIdx.x] = sums.before;
        __syncthreads();
        over_rounds([&](unsigned place, unsigned i, Image image, unsigned above, unsigned same) {
            const unsigned before = tally.counts[place];
            const unsigned ties_before =
                ties + (before >> 16) + static_cast<unsigned>(__popc(same & lanes_before));
            const unsigned better_before =
                better + (before & 0xFFFF) + static_cast<unsigned>(__popc(above & lanes_before));
            const bool is_tie = (same >> lane & 1) != 0 && ties_before < threshold.ties;
            if ((above >> lane & 1) != 0 || is_tie)
                put(better_before + min(ties_before, threshold.ties), i, image);
        });
        better += sums.total & 0xFFFF;
        ties += sums.total >> 16;
        __syncthreads();
    }
}

// `size` is a power of two.
template <class Image>
__device__ void sort(Candidate<Image>* kept, unsigned size) {
#pragma unroll 1
    for (unsigned run = 2; run <= size; run *= 2) {
#pragma unroll 1
        for (unsigned distance = run / 2; distance > 0; distance /= 2) {
            __syncthreads();
            for (unsigned i = threadIdx.x; i < size; i += kBestOfThreads) {
                const unsigned other = i ^ distance;
                if (other < i) continue;
                const bool is_ascending = (i & run) == 0;
                if (comes_before(kept[other], kept[i]) == is_ascending) {
                    const Candidate<Image> moved = kept[i];
                    kept[i] = kept[other];
                    kept[other] = moved;
                }
            }
        }
    }
    __syncthreads();
}

}  // namespace qr::device
