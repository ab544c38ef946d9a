// Threads: a thread a number, the grid striding over the rest. Layout: neighbouring threads write
// neighbouring numbers. Bound: bandwidth, 4 bytes a number; it is never timed.
#include "perf/kernels/fill.h"

#include <cuda_runtime.h>

#include <algorithm>

namespace qr::perf {
namespace {

constexpr unsigned kThreads = 256;
constexpr std::size_t kBlocksMax = 8192;

__global__ void __launch_bounds__(kThreads)
    fill_kernel(float* __restrict__ values, std::size_t count, std::uint64_t seed) {
    const std::size_t stride = std::size_t{gridDim.x} * kThreads;
    for (std::size_t i = std::size_t{blockIdx.x} * kThreads + threadIdx.x; i < count; i += stride)
        values[i] = component(seed, i);
}

}  // namespace

cudaError_t fill(float* values, std::size_t count, std::uint64_t seed, cudaStream_t stream) {
    if (count == 0) return cudaSuccess;
    cudaLaunchConfig_t config{};
    config.gridDim =
        dim3(static_cast<unsigned>(std::min((count + kThreads - 1) / kThreads, kBlocksMax)));
    config.blockDim = dim3(kThreads);
    config.stream = stream;
    return cudaLaunchKernelEx(&config, fill_kernel, values, count, seed);
}

}  // namespace qr::perf
