// Threads: one. Layout: none. Bound: none; it never ends well.
#include "tests/gpu/fault.h"

#include <cuda_runtime.h>

namespace qr::gpu {
namespace {

__global__ void fault_kernel() {
    __trap();
}

}  // namespace

cudaError_t fault(cudaStream_t stream) {
    cudaLaunchConfig_t config{};
    config.gridDim = dim3(1);
    config.blockDim = dim3(1);
    config.stream = stream;
    return cudaLaunchKernelEx(&config, fault_kernel);
}

}  // namespace qr::gpu
