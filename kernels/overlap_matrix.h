// Overlaps of encoded rows in single precision on a device: the approximate scores of a scan.
//
// The plain side of a seam, for every task and device: overlap_tensor.h and host/cuda/cublas.h
// compute the same from the same task, faster, with other roundings within the same bound.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>

#include "kernels/deferred.h"
#include "kernels/math/hd.h"
#include "kernels/storage.h"

namespace qr::device {

// All pointers are device memory of the caller's. Every matrix is row-major and dense.
struct MatrixTask {
    const void* queries = nullptr;  // [query_count, dimension] numbers of the storage
    const void* rows = nullptr;     // [row_count, dimension], likewise
    float* overlaps = nullptr;      // [query_count, row_count]: <query|row>
    unsigned query_count = 0;       // none of either succeeds
    unsigned row_count = 0;
    unsigned dimension = 0;  // 1..math::kDimensionMax
    Storage storage = Storage::float32;
};

// Each overlap is one chain of fused multiply-adds over ascending components, whatever the shape of
// the task: the same bits on every device and in every batch. cudaErrorInvalidConfiguration: more
// tiles than a grid may have blocks (2^31 - 1).
cudaError_t overlap_matrix(const MatrixTask& task, cudaStream_t stream);
cudaError_t overlap_matrix(const DeferredTask<MatrixTask>& task, cudaStream_t stream);

// How far an overlap of stored unit vectors may be from the exact one, |computed - exact|, on
// any side of the seam: an addition's relative error of 2^-24 for each component, twice that for
// tensor cores, which cut instead of rounding, and for norms that are not quite 1.
QR_HD constexpr double accumulation_error(std::size_t dimension) {
    return static_cast<double>(dimension) * 0x1p-23;
}

// The same against the overlap of the vectors before they were encoded, from the residuals that
// encode() wrote: <q|x> - <q'|x'> = <q|x - x'> + <q - q'|x'>.
QR_HD constexpr double approximation_error(float query_residual, float row_residual,
                                           std::size_t dimension) {
    const double of_query = query_residual, of_row = row_residual;
    return of_row + (1 + of_row) * of_query + accumulation_error(dimension);
}

}  // namespace qr::device
