// Stands in for libcublas.so.13: a column-major product by three loops, as its manual defines it,
// on memory of the emulated device, which the program that opens this has with its runtime.
//
// It refuses what the caller must not ask for: no stream or workspace set, float32 that could be
// cut to TF32, sums in less than float32.
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <deque>

#include "host/cuda/cublas_api.h"

using qr::cuda::cublas::Algorithm;
using qr::cuda::cublas::Compute;
using qr::cuda::cublas::Handle;
using qr::cuda::cublas::Math;
using qr::cuda::cublas::Operation;
using qr::cuda::cublas::Status;

namespace {

// A call's arguments.
struct Product {
    const void* a = nullptr;
    const void* b = nullptr;
    float* c = nullptr;
    cudaDataType type = CUDA_R_32F;
    Operation a_operation = Operation::none, b_operation = Operation::none;
    int a_stride = 0, b_stride = 0, c_stride = 0;
    int m = 0, n = 0, k = 0;
    float alpha = 0;
};

}  // namespace

struct qr::cuda::cublas::Context {
    cudaStream_t stream = nullptr;
    void* workspace = nullptr;
    std::size_t workspace_bytes = 0;
    Math math{};
    std::deque<Product> products;  // kept: a graph may launch them again
};

namespace {

double element(const void* matrix, cudaDataType type, std::size_t index) {
    if (type == CUDA_R_16F) return __half2float(static_cast<const __half*>(matrix)[index]);
    if (type == CUDA_R_16BF)
        return __bfloat162float(static_cast<const __nv_bfloat16*>(matrix)[index]);
    return static_cast<const float*>(matrix)[index];
}

// Element (row, column) of op(matrix).
double element(const void* matrix, cudaDataType type, Operation operation, int stride, int row,
               int column) {
    const int down = operation == Operation::none ? row : column;
    const int along = operation == Operation::none ? column : row;
    return element(matrix, type,
                   static_cast<std::size_t>(along) * static_cast<std::size_t>(stride) +
                       static_cast<std::size_t>(down));
}

// As the stream calls it.
void multiply(void* data) {
    const Product& of = *static_cast<const Product*>(data);
    for (int row = 0; row < of.m; ++row) {
        for (int column = 0; column < of.n; ++column) {
            double sum = 0;
            for (int i = 0; i < of.k; ++i) {
                sum += element(of.a, of.type, of.a_operation, of.a_stride, row, i) *
                       element(of.b, of.type, of.b_operation, of.b_stride, i, column);
            }
            of.c[static_cast<std::ptrdiff_t>(column) * of.c_stride + row] =
                of.alpha * static_cast<float>(sum);
        }
    }
}

}  // namespace

extern "C" {

Status cublasCreate_v2(Handle* handle) {
    *handle = new qr::cuda::cublas::Context;
    return Status::success;
}
Status cublasDestroy_v2(Handle handle) {
    delete handle;
    return Status::success;
}
Status cublasSetStream_v2(Handle handle, cudaStream_t stream) {
    handle->stream = stream;
    handle->workspace = nullptr;  // as the manual says
    return Status::success;
}
Status cublasSetWorkspace_v2(Handle handle, void* workspace, std::size_t bytes) {
    handle->workspace = workspace;
    handle->workspace_bytes = bytes;
    return bytes == 13 ? Status::alloc_failed : Status::success;  // what a test asks to fail with
}
Status cublasSetMathMode(Handle handle, Math mode) {
    handle->math = mode;
    return Status::success;
}
const char* cublasGetStatusString(Status status) {
    return status == Status::alloc_failed ? "CUBLAS_STATUS_ALLOC_FAILED"
                                          : "CUBLAS_STATUS_OF_A_TEST";
}

Status cublasGemmEx(Handle handle, Operation a_operation, Operation b_operation, int m, int n,
                    int k, const void* alpha, const void* a, cudaDataType a_type, int a_stride,
                    const void* b, cudaDataType b_type, int b_stride, const void* beta, void* c,
                    cudaDataType c_type, int c_stride, Compute compute, Algorithm algorithm) {
    const bool is_float32 = a_type == CUDA_R_32F;
    if (handle->stream == nullptr || handle->workspace == nullptr || handle->workspace_bytes == 0 ||
        handle->math != Math::sums_in_float32 || a_type != b_type || c_type != CUDA_R_32F ||
        (compute == Compute::float32_pedantic) != is_float32 || algorithm != Algorithm::automatic ||
        *static_cast<const float*>(beta) != 0)
        return Status::invalid_value;
    handle->products.push_back({.a = a,
                                .b = b,
                                .c = static_cast<float*>(c),
                                .type = a_type,
                                .a_operation = a_operation,
                                .b_operation = b_operation,
                                .a_stride = a_stride,
                                .b_stride = b_stride,
                                .c_stride = c_stride,
                                .m = m,
                                .n = n,
                                .k = k,
                                .alpha = *static_cast<const float*>(alpha)});
    const cudaError_t status =
        cudaLaunchHostFunc(handle->stream, &multiply, &handle->products.back());
    return status == cudaSuccess ? Status::success : Status::execution_failed;
}

}  // extern "C"
