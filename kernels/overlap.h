// Exact inner products on a device: the same bits as the CPU's (kernels/math/lanes.h).
#pragma once

#include <cuda_runtime_api.h>

#include "kernels/pair_batch.h"

namespace qr::device {

// For every task: query_norms2, document_norms2, the dots into pairs, and first_bad_row. An empty
// batch succeeds. cudaErrorInvalidConfiguration: more blocks than a grid may have (2^31 - 1).
cudaError_t overlap(const PairBatch& batch, cudaStream_t stream);

}  // namespace qr::device
