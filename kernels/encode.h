// Amplitude encoding of rows on a device: what a resident collection scans.
#pragma once

#include <cuda_runtime_api.h>

#include "kernels/storage.h"

namespace qr::device {

// All pointers are device memory of the caller's; input and output must not overlap.
struct EncodeTask {
    const float* rows = nullptr;  // [row_count, dimension], dense, 4-byte aligned
    void* encoded = nullptr;      // [row_count, dimension] numbers of the storage, dense
    double* norms2 = nullptr;     // [row_count], squared norms: the bits of kernels/math/lanes.h
    // [row_count]: ||x - encoded(x)|| of the unit vector x, rounded up, so that it bounds.
    float* residuals = nullptr;
    // The lowest row that is no state (a NaN, an infinity, or all zero); what is encoded of such a
    // row is not written. The caller sets it to kNoBadRow (pair_batch.h) before the launch.
    unsigned* first_bad_row = nullptr;
    unsigned row_count = 0;  // none succeeds
    unsigned dimension = 0;  // 1..math::kDimensionMax
};

// An amplitude is the row's component times 1 / sqrt(norm2), each operation rounded to double, then
// to float32, then to the storage, ties to even: the same bits on every device.
cudaError_t encode(const EncodeTask& task, Storage storage, cudaStream_t stream);

}  // namespace qr::device
