// One warp a row, one lane every 32nd component; bound by bandwidth.
#include "tests/kernels/emulation/samples/samples.h"

namespace qr::samples {
namespace {

constexpr int kWarps = 4;

__global__ void normalise_rows_kernel(const float* __restrict__ input, float* __restrict__ output,
                                      int rows, int dimension) {
    const int row = static_cast<int>(blockIdx.x) * kWarps + static_cast<int>(threadIdx.x) / 32;
    const int lane = static_cast<int>(threadIdx.x) % 32;
    if (row >= rows) return;
    const float* const in = input + static_cast<long long>(row) * dimension;
    float* const out = output + static_cast<long long>(row) * dimension;
    float sum = 0;
    for (int i = lane; i < dimension; i += 32)
        sum = fmaf(in[i], in[i], sum);
    for (int lanes = 16; lanes > 0; lanes /= 2)
        sum += __shfl_xor_sync(0xFFFFFFFFU, sum, lanes);
    const float scale = rsqrtf(sum);
    for (int i = lane; i < dimension; i += 32)
        out[i] = in[i] * scale;
}

}  // namespace

cudaError_t normalise_rows(const float* input, float* output, int rows, int dimension,
                           cudaStream_t stream) {
    cudaLaunchConfig_t config{};
    config.gridDim = dim3(static_cast<unsigned>((rows + kWarps - 1) / kWarps));
    config.blockDim = dim3(kWarps * 32);
    config.stream = stream;
    return cudaLaunchKernelEx(&config, normalise_rows_kernel, input, output, rows, dimension);
}

}  // namespace qr::samples
