// The best documents of each query on a device.
#pragma once

#include <cuda_runtime_api.h>

namespace qr::device {

// All pointers are device memory of the caller's.
struct TopKTask {
    const double* scores = nullptr;  // [row_count, column_count], none of them NaN
    unsigned* columns = nullptr;  // [row_count, k]: by descending score, ties by ascending column
    double* best = nullptr;       // [row_count, k]: their scores, to the bit
    unsigned row_count = 0;       // none succeeds
    unsigned column_count = 0;
    unsigned k = 0;
};

inline constexpr unsigned kTopKMax = 1024;

// cudaErrorInvalidValue unless 1 <= k <= min(kTopKMax, column_count).
cudaError_t top_k(const TopKTask& task, cudaStream_t stream);

}  // namespace qr::device
