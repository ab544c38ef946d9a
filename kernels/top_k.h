// The best columns of each row of scores on a device, in double or, of approximate scores, single
// precision.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>

#include "kernels/rank.h"

namespace qr::device {

// In which order the best are listed. A list by column keeps, scored once more, its ties in order.
enum class Listing : std::uint8_t { best_first, by_column };

// All pointers are device memory of the caller's. `Score` is double or float.
template <class Score>
struct TopKTask {
    const Score* scores = nullptr;  // [row_count, column_count], none of them NaN
    // Of each stretch of kPeakColumns columns the score (its magnitude, if that ranks) that comes
    // first, [row_count, peaks_of(column_count)]; null: top_k() finds peaks itself.
    const Score* peaks = nullptr;
    unsigned* columns = nullptr;  // [row_count, k]: of equals the lowest columns, and those first
    Score* best = nullptr;        // [row_count, k]: their scores, to the bit
    void* workspace = nullptr;    // of top_k_workspace_bytes(), 16-byte aligned
    unsigned row_count = 0;       // none succeeds
    unsigned column_count = 0;
    unsigned k = 0;
    Rank rank = Rank::by_score;
    Listing listing = Listing::best_first;
};

template <class Score>
inline constexpr unsigned kTopKMax = 16384 / sizeof(Score);  // as many as shared memory holds
inline constexpr unsigned kTopKColumnsMax = 1U << 31;

// The peaks of long rows. Of the task's pointers only whether it has peaks is looked at.
std::size_t top_k_workspace_bytes(const TopKTask<double>& task);
std::size_t top_k_workspace_bytes(const TopKTask<float>& task);

// A function of the scores of the row alone. cudaErrorInvalidValue unless 1 <= k <=
// min(kTopKMax, column_count) and column_count <= kTopKColumnsMax; cudaErrorInvalidConfiguration:
// more rows than a grid may have blocks (2^31 - 1).
cudaError_t top_k(const TopKTask<double>& task, cudaStream_t stream);
cudaError_t top_k(const TopKTask<float>& task, cudaStream_t stream);

}  // namespace qr::device
