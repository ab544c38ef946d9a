// The few functions of cuBLAS that are called, as its C interface has them.
//
// Declared here because its headers are a package of their own, which neither a build nor a server
// needs; where they lie, tests/host/cuda/cublas_test.cpp holds the two together.
#pragma once

#include <cuda_runtime_api.h>
#include <library_types.h>

#include <cstddef>

namespace qr::cuda::cublas {

struct Context;  // the library's own
using Handle = Context*;

enum class Status : int {
    success = 0,
    not_initialized = 1,
    alloc_failed = 3,
    invalid_value = 7,
    arch_mismatch = 8,
    execution_failed = 13,
    not_supported = 15,
};
enum class Operation : int { none = 0, transposed = 1 };
enum class Compute : int {
    float32 = 68,
    float32_pedantic = 69,  // no TF32, no emulation, whatever the environment allows
};
enum class Math : int { sums_in_float32 = 16 };
enum class Algorithm : int { automatic = -1 };

// Null: the library lacks it.
struct Api {
    Status (*create)(Handle* handle) = nullptr;
    Status (*destroy)(Handle handle) = nullptr;
    Status (*set_stream)(Handle handle, cudaStream_t stream) = nullptr;
    Status (*set_workspace)(Handle handle, void* workspace, std::size_t bytes) = nullptr;
    Status (*set_math_mode)(Handle handle, Math mode) = nullptr;
    const char* (*status_string)(Status status) = nullptr;
    // Column-major: c = alpha op(a) op(b) + beta c, of m rows, n columns, k summands.
    Status (*gemm)(Handle handle, Operation a_operation, Operation b_operation, int m, int n, int k,
                   const void* alpha, const void* a, cudaDataType a_type, int a_stride,
                   const void* b, cudaDataType b_type, int b_stride, const void* beta, void* c,
                   cudaDataType c_type, int c_stride, Compute compute,
                   Algorithm algorithm) = nullptr;
};

}  // namespace qr::cuda::cublas
