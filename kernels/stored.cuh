// The numbers of each storage as kernels read and write them; and what they need to be visited.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include "kernels/storage.h"

namespace qr::device {

__device__ inline void store(float& stored, float amplitude) {
    stored = amplitude;
}
__device__ inline void store(__half& stored, float amplitude) {
    stored = __float2half_rn(amplitude);
}
__device__ inline void store(__nv_bfloat16& stored, float amplitude) {
    stored = __float2bfloat16_rn(amplitude);
}

__device__ inline float widen(float stored) {
    return stored;
}
__device__ inline float widen(__half stored) {
    return __half2float(stored);
}
__device__ inline float widen(__nv_bfloat16 stored) {
    return __bfloat162float(stored);
}

// Calls `launch` with a number of the storage's type.
template <class Launch>
cudaError_t visit(Storage storage, Launch launch) {
    switch (storage) {
        case Storage::float32:
            return launch(float{});
        case Storage::float16:
            return launch(__half{});
        case Storage::bfloat16:
            return launch(__nv_bfloat16{});
    }
    return cudaErrorInvalidValue;
}

}  // namespace qr::device
