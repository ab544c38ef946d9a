// A block a row: k times the best that is worse than the last, found by a tree in shared memory.
#include <cfloat>

#include "tests/kernels/emulation/samples/samples.h"

namespace qr::samples {
namespace {

constexpr int kThreads = 64;

struct Candidate {
    float score;
    int index;
};

__device__ bool is_better(Candidate a, Candidate b) {
    return a.score > b.score || (a.score == b.score && a.index < b.index);
}

__global__ void top_k_kernel(TopK task) {
    __shared__ Candidate best[kThreads];
    const int row = static_cast<int>(blockIdx.x), thread = static_cast<int>(threadIdx.x);
    const float* const scores = task.scores + row * task.columns;
    Candidate last{FLT_MAX, -1};
    for (int rank = 0; rank < task.k; ++rank) {
        Candidate own{-FLT_MAX, task.columns};
        for (int i = thread; i < task.columns; i += kThreads) {
            const Candidate candidate{scores[i], i};
            if (is_better(last, candidate) && is_better(candidate, own)) own = candidate;
        }
        best[thread] = own;
        __syncthreads();
        for (int width = kThreads / 2; width > 0; width /= 2) {
            if (thread < width && is_better(best[thread + width], best[thread]))
                best[thread] = best[thread + width];
            __syncthreads();
        }
        last = best[0];
        if (thread == 0) {
            task.best_scores[row * task.k + rank] = last.score;
            task.best_indices[row * task.k + rank] = last.index;
        }
        __syncthreads();
    }
}

__global__ void sum_by_last_block_kernel(const float* values, int n, float* partial,
                                         unsigned* ended, float* total) {
    __shared__ bool is_last;
    const int i = static_cast<int>(blockIdx.x * 32 + threadIdx.x);
    float sum = i < n ? values[i] : 0.0F;
    for (unsigned lanes = 16; lanes > 0; lanes /= 2)
        sum += __shfl_down_sync(0xFFFFFFFFU, sum, lanes);
    if (threadIdx.x == 0) {
        partial[blockIdx.x] = sum;
        __threadfence();
        is_last = atomicAdd(ended, 1U) == gridDim.x - 1;
        __threadfence();
    }
    __syncthreads();
    if (!is_last || threadIdx.x != 0) return;
    float all = 0;
    for (unsigned block = 0; block < gridDim.x; ++block)
        all += partial[block];
    *total = all;
}

}  // namespace

cudaError_t top_k(const TopK& task, cudaStream_t stream) {
    cudaLaunchConfig_t config{};
    config.gridDim = dim3(static_cast<unsigned>(task.rows));
    config.blockDim = dim3(kThreads);
    config.stream = stream;
    return cudaLaunchKernelEx(&config, top_k_kernel, task);
}

cudaError_t sum_by_last_block(const float* values, int n, float* partial, unsigned* ended,
                              float* total, cudaStream_t stream) {
    cudaLaunchConfig_t config{};
    config.gridDim = dim3(static_cast<unsigned>((n + 31) / 32));
    config.blockDim = dim3(32);
    config.stream = stream;
    return cudaLaunchKernelEx(&config, sum_by_last_block_kernel, values, n, partial, ended, total);
}

}  // namespace qr::samples
