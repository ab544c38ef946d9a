// The k best scores of each row: the k-th is found digit by digit, what is not below it is sorted.
//
// Threads: 256 a block; a block a row, or a block a segment of it where rows are few and long, and
// then one more a row for the best of all its segments.
// Layout: four passes (eight in double precision) count one byte of the scores' ordered images
// each, from the highest, among those that agree in the bytes before; a thread a value of the byte.
// One more pass keeps what is above the k-th, and of its ties the first; a bitonic sort in shared
// memory orders them: 32 KiB a block. Neighbouring threads read neighbouring scores.
// Bound: bandwidth of the L1 or L2 cache, five (nine) reads of a score, of which the first comes
// from global memory; of short rows the latency of about 100 barriers. A row of n columns alone is
// bound by n / s + s k scores of one block, for its s segments: about sqrt(n / k).
// Every result is a function of the row alone: only counts are added by atomics, and where equals
// must give way, the earlier column stays, whatever the segments are.
#include "kernels/top_k.h"

#include <cuda_runtime.h>

#include <algorithm>
#include <climits>
#include <cmath>
#include <cstddef>

#include "kernels/row_lanes.cuh"

namespace qr::device {
namespace {

constexpr unsigned kThreads = 256;  // also the values of a byte
constexpr unsigned kWarps = kThreads / kWarpThreads;
constexpr unsigned kNoByte = kThreads;

constexpr unsigned kSegmentMin = 2048;  // columns: fewer are not worth a block
constexpr unsigned kBlocksMax = 1024;   // of segments: some for each multiprocessor of any device

using Image32 = unsigned;
using Image64 = unsigned long long;

// Ordered as the scores are; -0 ties with +0.
__device__ Image64 image_of(double score) {
    const auto bits = static_cast<Image64>(__double_as_longlong(score == 0 ? 0.0 : score));
    return bits >> 63 != 0 ? ~bits : bits | Image64{1} << 63;
}
__device__ Image32 image_of(float score) {
    const Image32 bits = __float_as_uint(score == 0 ? 0.0F : score);
    return bits >> 31 != 0 ? ~bits : bits | Image32{1} << 31;
}
template <class Score>
using ImageOf = decltype(image_of(Score{}));

template <class Image>
struct alignas(2 * sizeof(Image)) Candidate {
    Image image;
    Image column;  // as wide as the image: a copy moves no padding
};

template <class Image>
__device__ bool comes_before(const Candidate<Image>& a, const Candidate<Image>& b,
                             Listing listing) {
    if (listing == Listing::by_column) return a.column < b.column;
    return a.image > b.image || (a.image == b.image && a.column < b.column);
}

// A stretch of a row's scores. Equal ones come by ascending column, here as below.
template <class Score>
struct Segment {
    const Score* scores;  // of the whole row
    unsigned begin;
    unsigned count;
    Rank rank;

    __device__ Candidate<ImageOf<Score>> at(unsigned i) const {
        const Score score = scores[begin + i];
        return {image_of(rank == Rank::by_magnitude && score < 0 ? -score : score), begin + i};
    }
};

// The best of a row's segments, segment after segment.
template <class Score>
struct Merged {
    const Candidate<ImageOf<Score>>* candidates;
    unsigned count;

    __device__ Candidate<ImageOf<Score>> at(unsigned i) const { return candidates[i]; }
};

template <class Score>
struct Shared {
    Candidate<ImageOf<Score>> kept[kTopKMax<Score>];
    unsigned counts[kThreads];
    unsigned warp_sums[kWarps];
    unsigned byte;
    unsigned above;
};

struct Prefix {
    unsigned before;  // sum over the threads before this one
    unsigned total;
};

template <class Score>
__device__ Prefix sum_before(unsigned value, Shared<Score>& shared) {
    const unsigned lane = threadIdx.x % kWarpThreads, warp = threadIdx.x / kWarpThreads;
    unsigned sum = value;
    for (unsigned lanes = 1; lanes < kWarpThreads; lanes *= 2) {
        const unsigned other = __shfl_up_sync(0xFFFFFFFFU, sum, lanes);
        if (lane >= lanes) sum += other;
    }
    __syncthreads();  // until all have read the last call's sums
    if (lane == kWarpThreads - 1) shared.warp_sums[warp] = sum;
    __syncthreads();
    Prefix prefix{sum - value, 0};
    for (unsigned i = 0; i < kWarps; ++i) {
        if (i < warp) prefix.before += shared.warp_sums[i];
        prefix.total += shared.warp_sums[i];
    }
    return prefix;
}

// One atomic addition for all lanes of a warp that found the same byte: the high bytes of scores
// are nearly all alike.
template <class Score>
__device__ void count(unsigned byte, Shared<Score>& shared) {
    const unsigned lanes = __match_any_sync(0xFFFFFFFFU, byte);
    const bool is_first =
        threadIdx.x % kWarpThreads + 1 == static_cast<unsigned>(__ffs(static_cast<int>(lanes)));
    if (byte != kNoByte && is_first)
        atomicAdd(&shared.counts[byte], static_cast<unsigned>(__popc(lanes)));
}

// The k-th best image, and how many of its ties are among the k best.
template <class Image>
struct Threshold {
    Image image;
    unsigned ties;
};

template <class Score, class Source>
__device__ Threshold<ImageOf<Score>> find_threshold(const Source& source, unsigned k,
                                                    Shared<Score>& shared) {
    using Image = ImageOf<Score>;
    constexpr int kHighest = 8 * (sizeof(Image) - 1);
    Threshold<Image> found{0, k};
    for (int shift = kHighest; shift >= 0; shift -= 8) {
        shared.counts[threadIdx.x] = 0;
        __syncthreads();
        for (unsigned start = 0; start < source.count; start += kThreads) {
            const unsigned i = start + threadIdx.x;
            const bool is_there = i < source.count;
            const Image image = is_there ? source.at(i).image : 0;
            const bool agrees =
                is_there && (shift == kHighest || image >> (shift + 8) == found.image);
            count(agrees ? static_cast<unsigned>(image >> shift & 0xFF) : kNoByte, shared);
        }
        __syncthreads();
        const unsigned byte = kThreads - 1 - threadIdx.x;  // the best first
        const unsigned same = shared.counts[byte];
        const unsigned above = sum_before(same, shared).before;
        if (above < found.ties && found.ties <= above + same) {
            shared.byte = byte;
            shared.above = above;
        }
        __syncthreads();
        found = {found.image << 8 | shared.byte, found.ties - shared.above};
    }
    return found;
}

// The k best, ties by ascending column, else in no order yet.
template <class Score, class Source>
__device__ void keep(const Source& source, unsigned k, Shared<Score>& shared) {
    const Threshold<ImageOf<Score>> threshold = find_threshold(source, k, shared);
    unsigned kept = 0, ties = 0;
    const unsigned better = k - threshold.ties;
    for (unsigned start = 0; start < source.count; start += kThreads) {
        const unsigned i = start + threadIdx.x;
        const bool is_there = i < source.count;
        const Candidate<ImageOf<Score>> candidate =
            is_there ? source.at(i) : Candidate<ImageOf<Score>>{};
        const bool is_above = is_there && candidate.image > threshold.image;
        const bool is_tie = is_there && candidate.image == threshold.image;
        // Both counts in one sum: neither passes 256.
        const Prefix sums = sum_before((is_above ? 1U : 0U) | (is_tie ? 1U << 16 : 0U), shared);
        const unsigned tie = ties + (sums.before >> 16);
        if (is_above) shared.kept[kept + (sums.before & 0xFFFF)] = candidate;
        if (is_tie && tie < threshold.ties) shared.kept[better + tie] = candidate;
        kept += sums.total & 0xFFFF;
        ties += sums.total >> 16;
    }
    __syncthreads();
}

// `size` is a power of two.
template <class Image>
__device__ void sort(Candidate<Image>* kept, unsigned size, Listing listing) {
    for (unsigned run = 2; run <= size; run *= 2) {
        for (unsigned distance = run / 2; distance > 0; distance /= 2) {
            __syncthreads();
            for (unsigned i = threadIdx.x; i < size; i += kThreads) {
                const unsigned other = i ^ distance;
                if (other < i) continue;
                const bool is_ascending = (i & run) == 0;
                if (comes_before(kept[other], kept[i], listing) == is_ascending) {
                    const Candidate<Image> moved = kept[i];
                    kept[i] = kept[other];
                    kept[other] = moved;
                }
            }
        }
    }
    __syncthreads();
}

// What keep() left becomes the row's answer.
template <class Score>
__device__ void write(const TopKTask<Score>& task, std::size_t row, Shared<Score>& shared) {
    unsigned size = 1;
    while (size < task.k)
        size *= 2;
    for (unsigned i = task.k + threadIdx.x; i < size; i += kThreads)
        shared.kept[i] = {0, UINT_MAX};  // behind every score, and every column
    sort(shared.kept, size, task.listing);
    const Score* const scores = task.scores + row * task.column_count;
    for (unsigned i = threadIdx.x; i < task.k; i += kThreads) {
        const auto column = static_cast<unsigned>(shared.kept[i].column);
        task.columns[row * task.k + i] = column;
        task.best[row * task.k + i] = scores[column];
    }
}

// How rows are cut. All segments but the last are equally long, none is shorter than k but that.
struct Cut {
    unsigned segments;
    unsigned columns;     // of a segment
    unsigned candidates;  // of a row, in the workspace
};

template <class Score>
__global__ void __launch_bounds__(kThreads) row_kernel(TopKTask<Score> task) {
    __shared__ Shared<Score> shared;
    const Score* const scores = task.scores + std::size_t{blockIdx.x} * task.column_count;
    keep(Segment<Score>{scores, 0, task.column_count, task.rank}, task.k, shared);
    write(task, blockIdx.x, shared);
}

template <class Score>
__global__ void __launch_bounds__(kThreads) segment_kernel(TopKTask<Score> task, Cut cut) {
    __shared__ Shared<Score> shared;
    const std::size_t row = blockIdx.x / cut.segments;
    const unsigned segment = blockIdx.x % cut.segments, begin = segment * cut.columns;
    const unsigned count = min(cut.columns, task.column_count - begin), k = min(task.k, count);
    keep(Segment<Score>{task.scores + row * task.column_count, begin, count, task.rank}, k, shared);
    auto* const kept = static_cast<Candidate<ImageOf<Score>>*>(task.workspace) +
                       row * cut.candidates + segment * task.k;
    for (unsigned i = threadIdx.x; i < k; i += kThreads)
        kept[i] = shared.kept[i];
}

template <class Score>
__global__ void __launch_bounds__(kThreads) merge_kernel(TopKTask<Score> task, Cut cut) {
    __shared__ Shared<Score> shared;
    const auto* const candidates = static_cast<const Candidate<ImageOf<Score>>*>(task.workspace);
    keep(Merged<Score>{candidates + std::size_t{blockIdx.x} * cut.candidates, cut.candidates},
         task.k, shared);
    write(task, blockIdx.x, shared);
}

template <class Score>
bool is_valid(const TopKTask<Score>& task) {
    return task.k >= 1 && task.k <= kTopKMax<Score> && task.k <= task.column_count &&
           task.column_count <= kTopKColumnsMax;
}

template <class Score>
Cut cut_of(const TopKTask<Score>& task) {
    const auto balanced = static_cast<unsigned>(std::sqrt(task.column_count / task.k));
    const unsigned segments =
        std::min({balanced, task.column_count / kSegmentMin, kBlocksMax / task.row_count});
    if (segments < 2) return {1, task.column_count, 0};
    const unsigned columns = (task.column_count - 1) / segments + 1;
    const unsigned used = (task.column_count - 1) / columns + 1;
    const unsigned last = task.column_count - (used - 1) * columns;
    return {used, columns, (used - 1) * task.k + std::min(task.k, last)};
}

template <class Score>
std::size_t workspace_bytes(const TopKTask<Score>& task) {
    if (!is_valid(task) || task.row_count == 0) return 0;
    return std::size_t{task.row_count} * cut_of(task).candidates *
           sizeof(Candidate<ImageOf<Score>>);
}

template <class Score>
cudaError_t launch(const TopKTask<Score>& task, cudaStream_t stream) {
    if (!is_valid(task)) return cudaErrorInvalidValue;
    if (task.row_count == 0) return cudaSuccess;
    if (task.row_count > INT_MAX) return cudaErrorInvalidConfiguration;
    const Cut cut = cut_of(task);
    cudaLaunchConfig_t config{};
    config.gridDim = dim3(task.row_count);
    config.blockDim = dim3(kThreads);
    config.stream = stream;
    if (cut.segments == 1) return cudaLaunchKernelEx(&config, row_kernel<Score>, task);
    config.gridDim = dim3(task.row_count * cut.segments);
    const cudaError_t error = cudaLaunchKernelEx(&config, segment_kernel<Score>, task, cut);
    if (error != cudaSuccess) return error;
    config.gridDim = dim3(task.row_count);
    return cudaLaunchKernelEx(&config, merge_kernel<Score>, task, cut);
}

}  // namespace

std::size_t top_k_workspace_bytes(const TopKTask<double>& task) {
    return workspace_bytes(task);
}
std::size_t top_k_workspace_bytes(const TopKTask<float>& task) {
    return workspace_bytes(task);
}

cudaError_t top_k(const TopKTask<double>& task, cudaStream_t stream) {
    return launch(task, stream);
}
cudaError_t top_k(const TopKTask<float>& task, cudaStream_t stream) {
    return launch(task, stream);
}

}  // namespace qr::device
