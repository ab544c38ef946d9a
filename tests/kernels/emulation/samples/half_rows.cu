// Two components a thread, stored as float16 or bfloat16 and read back in pairs.
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "tests/kernels/emulation/samples/samples.h"

namespace qr::samples {
namespace {

constexpr unsigned kThreads = 64;

__device__ float2 rounded(__half2* pair, float2 values) {
    *pair = __float22half2_rn(values);
    return __half22float2(*pair);
}
__device__ float2 rounded(__nv_bfloat162* pair, float2 values) {
    *pair = __float22bfloat162_rn(values);
    return __bfloat1622float2(*pair);
}

template <class Pair>
__global__ void round_kernel(const float2* __restrict__ input, Pair* __restrict__ stored,
                             float2* __restrict__ output, int pairs) {
    const int i = static_cast<int>(blockIdx.x * kThreads + threadIdx.x);
    if (i < pairs) output[i] = rounded(stored + i, __ldg(input + i));
}

template <class Pair>
cudaError_t round_as(const Rounding& task, cudaStream_t stream) {
    cudaLaunchConfig_t config{};
    config.gridDim = dim3((static_cast<unsigned>(task.pairs) + kThreads - 1) / kThreads);
    config.blockDim = dim3(kThreads);
    config.stream = stream;
    return cudaLaunchKernelEx(&config, round_kernel<Pair>, task.input,
                              static_cast<Pair*>(task.stored), task.output, task.pairs);
}

}  // namespace

cudaError_t round_to_half(const Rounding& task, cudaStream_t stream) {
    return round_as<__half2>(task, stream);
}

cudaError_t round_to_bfloat16(const Rounding& task, cudaStream_t stream) {
    return round_as<__nv_bfloat162>(task, stream);
}

}  // namespace qr::samples
