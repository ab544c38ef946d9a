// What depends on who compiles: QR_HD marks a function that runs on host and device, empty under
// g++, __host__ __device__ under nvcc.
//
// The only file of the tree that may mention __CUDACC__ or __CUDA_ARCH__.
#pragma once

#ifdef __CUDACC__
#define QR_HD __host__ __device__
#else
#define QR_HD
#endif

// The first statement of a kernel that launch_in_turn() starts (kernels/cuda/in_turn.h): what the
// kernels before it on the stream have written is there afterwards, and the next one may start.
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
#define QR_AWAIT_TURN() \
    asm volatile("griddepcontrol.wait;\n griddepcontrol.launch_dependents;" ::: "memory")
#else
#define QR_AWAIT_TURN() static_cast<void>(0)
#endif
