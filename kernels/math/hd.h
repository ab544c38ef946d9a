// QR_HD marks a function that runs on host and device: empty under g++, __host__ __device__ under
// nvcc.
//
// The only file of the tree that may mention __CUDACC__ or __CUDA_ARCH__.
#pragma once

#ifdef __CUDACC__
#define QR_HD __host__ __device__
#else
#define QR_HD
#endif
