// The k best scores of each row: the k-th is found digit by digit, what is not
// below it is sorted.
//
// Threads: a block a row. Eight passes count one byte of the scores' ordered
// images each, from the highest, among those that agree in the bytes before;
// 256 threads, one a value of the byte. One more pass keeps what is above the
// k-th, and of its ties the lowest columns; a bitonic sort in shared memory
// orders them. Layout: neighbouring threads read neighbouring scores; 16 KiB of
// kept candidates a block. Bound: bandwidth of the L2 cache, nine reads of a
// row's scores; for rows of fewer than some thousand columns the latency of
// about 100 barriers. Every result is a function of the row alone: only counts
// are added by atomics.
#include "kernels/top_k.h"

#include <cuda_runtime.h>

#include <climits>
#include <cstddef>

#include "kernels/row_lanes.cuh"

namespace qr::device {
namespace {

constexpr unsigned kThreads = 256;  // also the values of a byte
constexpr unsigned kWarps = kThreads / kWarpThreads;
constexpr unsigned kNoByte = kThreads;

using Image = unsigned long long;

// Ordered as the scores are; -0 ties with +0.
__device__ Image image_of(double score) {
    const auto bits = static_cast<Image>(__double_as_longlong(score == 0 ? 0.0 : score));
    return bits >> 63 != 0 ? ~bits : bits | Image{1} << 63;
}

struct Candidate {
    Image image;
    unsigned long long column;  // as wide as the image: a copy moves no padding
};

__device__ bool is_better(const Candidate& a, const Candidate& b) {
    return a.image > b.image || (a.image == b.image && a.column < b.column);
}

struct Shared {
    Candidate kept[kTopKMax];
    unsigned counts[kThreads];
    unsigned warp_sums[kWarps];
    unsigned byte;
    unsigned above;
};

struct Prefix {
    unsigned before;  // sum over the threads before this one
    unsigned total;
};

__device__ Prefix sum_before(unsigned value, Shared& shared) {
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

// One atomic addition for all lanes of a warp that found the same byte: the
// high bytes of scores are nearly all alike.
__device__ void count(unsigned byte, Shared& shared) {
    const unsigned lanes = __match_any_sync(0xFFFFFFFFU, byte);
    const bool is_first =
        threadIdx.x % kWarpThreads + 1 == static_cast<unsigned>(__ffs(static_cast<int>(lanes)));
    if (byte != kNoByte && is_first)
        atomicAdd(&shared.counts[byte], static_cast<unsigned>(__popc(lanes)));
}

// The k-th best image, and how many of its ties are among the k best.
struct Threshold {
    Image image;
    unsigned ties;
};

__device__ Threshold find_threshold(const double* scores, const TopKTask& task, Shared& shared) {
    Threshold found{0, task.k};
    for (int shift = 56; shift >= 0; shift -= 8) {
        shared.counts[threadIdx.x] = 0;
        __syncthreads();
        for (unsigned start = 0; start < task.column_count; start += kThreads) {
            const unsigned column = start + threadIdx.x;
            const bool is_there = column < task.column_count;
            const Image image = is_there ? image_of(scores[column]) : 0;
            const bool agrees = is_there && (shift == 56 || image >> (shift + 8) == found.image);
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

// The k best, in no order yet.
__device__ void keep(const double* scores, const TopKTask& task, Threshold threshold,
                     Shared& shared) {
    unsigned kept = 0, ties = 0;
    const unsigned better = task.k - threshold.ties;
    for (unsigned start = 0; start < task.column_count; start += kThreads) {
        const unsigned column = start + threadIdx.x;
        const bool is_there = column < task.column_count;
        const Image image = is_there ? image_of(scores[column]) : 0;
        const bool is_above = is_there && image > threshold.image;
        const bool is_tie = is_there && image == threshold.image;
        // Both counts in one sum: neither passes 256.
        const Prefix sums = sum_before((is_above ? 1U : 0U) | (is_tie ? 1U << 16 : 0U), shared);
        const unsigned tie = ties + (sums.before >> 16);
        if (is_above) shared.kept[kept + (sums.before & 0xFFFF)] = {image, column};
        if (is_tie && tie < threshold.ties) shared.kept[better + tie] = {image, column};
        kept += sums.total & 0xFFFF;
        ties += sums.total >> 16;
    }
}

// `size` is a power of two.
__device__ void sort(Candidate* kept, unsigned size) {
    for (unsigned run = 2; run <= size; run *= 2) {
        for (unsigned distance = run / 2; distance > 0; distance /= 2) {
            __syncthreads();
            for (unsigned i = threadIdx.x; i < size; i += kThreads) {
                const unsigned other = i ^ distance;
                if (other < i) continue;
                const bool best_first = (i & run) == 0;
                if (is_better(kept[other], kept[i]) == best_first) {
                    const Candidate moved = kept[i];
                    kept[i] = kept[other];
                    kept[other] = moved;
                }
            }
        }
    }
    __syncthreads();
}

__global__ void __launch_bounds__(kThreads) top_k_kernel(TopKTask task) {
    __shared__ Shared shared;
    const std::size_t row = blockIdx.x;
    const double* const scores = task.scores + row * task.column_count;
    keep(scores, task, find_threshold(scores, task, shared), shared);
    unsigned size = 1;
    while (size < task.k)
        size *= 2;
    for (unsigned i = task.k + threadIdx.x; i < size; i += kThreads)
        shared.kept[i] = {0, UINT_MAX};  // worse than any score
    sort(shared.kept, size);
    for (unsigned i = threadIdx.x; i < task.k; i += kThreads) {
        const auto column = static_cast<unsigned>(shared.kept[i].column);
        task.columns[row * task.k + i] = column;
        task.best[row * task.k + i] = scores[column];
    }
}

}  // namespace

cudaError_t top_k(const TopKTask& task, cudaStream_t stream) {
    if (task.k < 1 || task.k > kTopKMax || task.k > task.column_count) return cudaErrorInvalidValue;
    if (task.row_count == 0) return cudaSuccess;
    cudaLaunchConfig_t config{};
    config.gridDim = dim3(task.row_count);
    config.blockDim = dim3(kThreads);
    config.stream = stream;
    return cudaLaunchKernelEx(&config, top_k_kernel, task);
}

}  // namespace qr::device
