// A block a 16 x 16 tile of the result; both operands pass through shared memory.
#include "kernels/cuda/dynamic_shared.h"
#include "tests/kernels/emulation/samples/samples.h"

namespace qr::samples {
namespace {

constexpr int kTile = 16;

__global__ void __launch_bounds__(kTile* kTile) multiply_kernel(Product product) {
    QR_DYNAMIC_SHARED(float, shared);
    float* const queries = shared;
    float* const documents = shared + kTile * kTile;
    const int x = static_cast<int>(threadIdx.x), y = static_cast<int>(threadIdx.y);
    const int query = static_cast<int>(blockIdx.y) * kTile + y;
    const int document = static_cast<int>(blockIdx.x) * kTile + x;
    const int loaded = static_cast<int>(blockIdx.x) * kTile + y;
    float sum = 0;
    for (int start = 0; start < product.dimension; start += kTile) {
        const int i = start + x;
        const bool is_inside = i < product.dimension;
        queries[y * kTile + x] = is_inside && query < product.query_rows
                                     ? product.queries[query * product.dimension + i]
                                     : 0.0F;
        documents[y * kTile + x] = is_inside && loaded < product.document_rows
                                       ? product.documents[loaded * product.dimension + i]
                                       : 0.0F;
        __syncthreads();
        for (int j = 0; j < kTile; ++j)
            sum = fmaf(queries[y * kTile + j], documents[x * kTile + j], sum);
        __syncthreads();
    }
    if (query < product.query_rows && document < product.document_rows)
        product.products[query * product.document_rows + document] = sum;
}

constexpr unsigned tiles(int rows) {
    return static_cast<unsigned>((rows + kTile - 1) / kTile);
}

}  // namespace

cudaError_t multiply(const Product& product, cudaStream_t stream) {
    cudaLaunchConfig_t config{};
    config.gridDim = dim3(tiles(product.document_rows), tiles(product.query_rows));
    config.blockDim = dim3(kTile, kTile);
    config.dynamicSmemBytes = 2 * kTile * kTile * sizeof(float);
    config.stream = stream;
    return cudaLaunchKernelEx(&config, multiply_kernel, product);
}

}  // namespace qr::samples
