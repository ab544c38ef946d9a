// Overlaps of encoded rows by tensor cores: what overlap_matrix() computes, at the speed at which
// rows can be read, together with the peaks that spare top_k() most of the result.
#pragma once

#include <cuda_runtime_api.h>

#include "kernels/overlap_matrix.h"
#include "kernels/rank.h"

namespace qr::device {

// Of each query's overlaps, as TopKTask::peaks wants them.
struct MatrixPeaks {
    float* peaks = nullptr;  // [query_count, peaks_of(row_count)] in device memory; null: none
    Rank rank = Rank::by_score;
};

// Whether a device of compute capability 8.0 or later takes the task: numbers of 16 bits, a
// dimension divisible by 8 up to 4096, both matrices 16-byte aligned, overlaps 8-byte aligned.
bool is_for_tensor_cores(const MatrixTask& task);

// Products are exact and summed in float32, in an order that is the device's own but the same for
// every pair of a dimension: an overlap does not depend on the task's shape. Within
// accumulation_error(). cudaErrorInvalidValue: not is_for_tensor_cores();
// cudaErrorNoKernelImageForDevice: an older device.
cudaError_t overlap_tensor(const MatrixTask& task, const MatrixPeaks& peaks, cudaStream_t stream);
cudaError_t overlap_tensor(const DeferredTask<MatrixTask>& task, const MatrixPeaks& peaks,
                           cudaStream_t stream);

}  // namespace qr::device
