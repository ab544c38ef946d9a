// Threads: eight chains each, enough of them in flight to hide the latency of a multiply-add.
// Layout: registers; one number a thread is written at the end, so that the work must be done.
// Bound: compute, by design.
#include "perf/kernels/multiply_add.h"

#include <cuda_runtime.h>

namespace qr::perf {
namespace {

template <class Number>
__global__ void __launch_bounds__(kMultiplyAddThreads)
    multiply_add_kernel(Number* __restrict__ sums, unsigned rounds, Number factor, Number addend) {
    Number chains[kMultiplyAddChains];
    for (unsigned c = 0; c < kMultiplyAddChains; ++c)
        chains[c] = static_cast<Number>(c);
    for (unsigned round = 0; round < rounds; ++round) {
        for (Number& chain : chains)
            chain = chain * factor + addend;
    }
    Number sum = 0;
    for (const Number chain : chains)
        sum += chain;
    sums[blockIdx.x * kMultiplyAddThreads + threadIdx.x] = sum;
}

}  // namespace

template <class Number>
cudaError_t multiply_add(Number* sums, unsigned blocks, unsigned rounds, Number factor,
                         Number addend, cudaStream_t stream) {
    if (blocks == 0) return cudaSuccess;
    cudaLaunchConfig_t config{};
    config.gridDim = dim3(blocks);
    config.blockDim = dim3(kMultiplyAddThreads);
    config.stream = stream;
    return cudaLaunchKernelEx(&config, multiply_add_kernel<Number>, sums, rounds, factor, addend);
}

template cudaError_t multiply_add(float*, unsigned, unsigned, float, float, cudaStream_t);
template cudaError_t multiply_add(double*, unsigned, unsigned, double, double, cudaStream_t);

}  // namespace qr::perf
