// A thread a score; the lanes of a warp share one atomic addition.
#include "tests/kernels/emulation/samples/samples.h"

namespace qr::samples {
namespace {

constexpr unsigned kThreads = 128;

__global__ void filter_kernel(const float* __restrict__ scores, int n, float threshold,
                              int* __restrict__ kept, int* __restrict__ count) {
    const int i = static_cast<int>(blockIdx.x * kThreads + threadIdx.x);
    const unsigned lane = threadIdx.x % 32;
    const bool is_kept = i < n && scores[i] > threshold;
    const unsigned keepers = __ballot_sync(0xFFFFFFFFU, is_kept);
    int start = 0;
    if (lane == 0 && keepers != 0) start = atomicAdd(count, __popc(keepers));
    start = __shfl_sync(0xFFFFFFFFU, start, 0);
    if (is_kept) kept[start + __popc(keepers & ((1U << lane) - 1))] = i;
}

__global__ void count_under_lock_kernel(int* lock, int* value) {
    while (atomicCAS(lock, 0, 1) != 0) {
    }
    __threadfence();
    const volatile int* const current = value;
    atomicExch(value, *current + 1);
    __threadfence();
    atomicExch(lock, 0);
}

}  // namespace

cudaError_t filter(const float* scores, int n, float threshold, int* kept, int* count,
                   cudaStream_t stream) {
    cudaLaunchConfig_t config{};
    config.gridDim = dim3((static_cast<unsigned>(n) + kThreads - 1) / kThreads);
    config.blockDim = dim3(kThreads);
    config.stream = stream;
    return cudaLaunchKernelEx(&config, filter_kernel, scores, n, threshold, kept, count);
}

cudaError_t count_under_lock(int* lock, int* value, int blocks, cudaStream_t stream) {
    cudaLaunchConfig_t config{};
    config.gridDim = dim3(static_cast<unsigned>(blocks));
    config.blockDim = dim3(32);
    config.stream = stream;
    return cudaLaunchKernelEx(&config, count_under_lock_kernel, lock, value);
}

}  // namespace qr::samples
