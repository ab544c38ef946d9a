// Exact inner products of chosen rows on a device: the last word on what an approximate scan found.
#pragma once

#include <cuda_runtime_api.h>

namespace qr::device {

// All pointers are device memory of the caller's.
struct RescoreTask {
    const float* queries = nullptr;  // [query_count, dimension], dense, 4-byte aligned
    const float* rows = nullptr;     // [row_count, dimension], likewise: the truth, not the encoded
    const unsigned* ids = nullptr;   // [query_count, id_count]: rows, in any order, also repeated
    double* query_norms2 = nullptr;  // [query_count]
    double* row_norms2 = nullptr;    // [query_count, id_count]
    double* dots = nullptr;          // [query_count, id_count]
    unsigned query_count = 0;        // none succeeds
    unsigned row_count = 0;
    unsigned id_count = 0;
    unsigned dimension = 0;  // 1..math::kDimensionMax
};

// Dots and squared norms with the bits of kernels/math/lanes.h. An id that is no row, as one that
// fills up a list that is too short, gives NaN for both and reads nothing. Scores come from
// read_out(), for which each query with its list is a PairTask. cudaErrorInvalidConfiguration: more
// blocks than a grid may have, 16 ids each.
cudaError_t rescore(const RescoreTask& task, cudaStream_t stream);

}  // namespace qr::device
