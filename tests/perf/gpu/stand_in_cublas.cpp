// Stands in for libcublas where the device is emulated: the five calls that gpu_bench makes, on
// memory that the host can read. Columns lie behind one another, as the library has them.
#include <cublas_api.h>
#include <cuda_fp16.h>

#include <cstddef>

namespace {

template <class Number, class Sum>
void multiply(std::size_t edge, const void* left, const void* right, void* product) {
    const auto* const a = static_cast<const Number*>(left);
    const auto* const b = static_cast<const Number*>(right);
    auto* const c = static_cast<Sum*>(product);
    for (std::size_t column = 0; column < edge; ++column) {
        for (std::size_t row = 0; row < edge; ++row) {
            Sum sum = 0;
            for (std::size_t k = 0; k < edge; ++k)
                sum += static_cast<Sum>(a[row + k * edge]) * static_cast<Sum>(b[k + column * edge]);
            c[row + column * edge] = sum;
        }
    }
}

int handle_of_all = 0;

}  // namespace

extern "C" {

cublasStatus_t cublasCreate_v2(cublasHandle_t* handle) {
    *handle = reinterpret_cast<cublasHandle_t>(&handle_of_all);
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasDestroy_v2(cublasHandle_t) {
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasGetVersion_v2(cublasHandle_t, int* version) {
    *version = 130000;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetStream_v2(cublasHandle_t, cudaStream_t) {
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasGemmEx(cublasHandle_t, cublasOperation_t, cublasOperation_t, int edge, int,
                            int, const void*, const void* left, cudaDataType type, int,
                            const void* right, cudaDataType, int, const void*, void* product,
                            cudaDataType, int, cublasComputeType_t, cublasGemmAlgo_t) {
    const auto size = static_cast<std::size_t>(edge);
    switch (type) {
        case CUDA_R_16F:
            multiply<__half, float>(size, left, right, product);
            return CUBLAS_STATUS_SUCCESS;
        case CUDA_R_32F:
            multiply<float, float>(size, left, right, product);
            return CUBLAS_STATUS_SUCCESS;
        case CUDA_R_64F:
            multiply<double, double>(size, left, right, product);
            return CUBLAS_STATUS_SUCCESS;
        default:
            return CUBLAS_STATUS_NOT_SUPPORTED;
    }
}

}  // extern "C"
