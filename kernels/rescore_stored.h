// Exact inner products of chosen rows of a table, in whatever format it stores them: as rescore.h,
// for tables that grow (segments.h).
#pragma once

#include <cuda_runtime_api.h>

#include "kernels/deferred.h"
#include "kernels/segments.h"
#include "kernels/storage.h"

namespace qr::device {

inline constexpr unsigned kNoId = 0xFFFFFFFFU;  // fills up a list that is too short

// All pointers are device memory of the caller's.
struct StoredRescoreTask {
    const float* queries = nullptr;  // [query_count, dimension], dense, 4-byte aligned
    SegmentedRows rows;              // of the storage
    const unsigned* ids = nullptr;   // [query_count, id_count]: rows in any order, or kNoId
    double* row_norms2 = nullptr;    // [query_count, id_count]
    double* dots = nullptr;          // [query_count, id_count]
    unsigned query_count = 0;        // none succeeds
    unsigned id_count = 0;           // none succeeds
    unsigned dimension = 0;          // 1..math::kDimensionMax
};

// Dots and squared norms of what is stored, with the bits of kernels/math/lanes.h; NaN for kNoId.
// cudaErrorInvalidConfiguration: more blocks than a grid may have, 16 ids each.
cudaError_t rescore_stored(const StoredRescoreTask& task, Storage storage, cudaStream_t stream);
cudaError_t rescore_stored(const DeferredTask<StoredRescoreTask>& task, Storage storage,
                           cudaStream_t stream);

}  // namespace qr::device
