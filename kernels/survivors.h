// Rows of a scan that may belong to an answer: those whose key reaches their query's threshold.
//
// A key is the most that the row's exact overlap can be, as far as its approximate one tells:
// nothing that is left out ranks above the threshold at which it was. Keys are rounded; kKeySlack
// covers that and leaves as much again, so that a row whose key is not above some exact overlap has
// a score below that one's, not an equal one.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>

#include "kernels/deferred.h"
#include "kernels/ingest.h"
#include "kernels/overlap_matrix.h"
#include "kernels/rank.h"

namespace qr::device {

inline constexpr double kKeySlack = 0x1p-20;  // of an overlap of unit vectors

// What is added to a row's approximate overlap, which is then taken times the row's length where
// the query's keys are of dot products.
QR_HD constexpr double key_bound(float query_residual, float row_residual_max,
                                 std::size_t dimension) {
    return approximation_error(query_residual, row_residual_max, dimension) + kKeySlack;
}

// One query of a scan, in device memory.
struct ScanQuery {
    unsigned mask = 0;    // which of the masks
    unsigned wanted = 0;  // survivors, where not all can be kept; at least 1
    Rank rank = Rank::by_score;
    bool is_dot = false;  // keys are of the dot product with the unit query
};

// The survivors of each query, in device memory, in no order. A count beyond `capacity` says how
// many there would have been.
struct SurvivorLists {
    unsigned* counts = nullptr;   // [query_count]
    float* thresholds = nullptr;  // [query_count]: keys below do not survive; -infinity: all do
    float* keys = nullptr;        // [query_count, capacity]
    unsigned* rows = nullptr;     // [query_count, capacity]
    unsigned capacity = 0;
};

// Overlaps of a stretch of rows as they were computed; all pointers are device memory.
struct AppendTask {
    const float* overlaps = nullptr;  // [query_count, row_count]: <unit query|scanned row>
    const float* peaks = nullptr;    // as MatrixPeaks, of a rank no narrower than any query's; null
    const float* lengths = nullptr;  // [row_count]; null: unit rows, and no query is_dot
    const std::uint32_t* masks = nullptr;  // [.., mask_words]: bit r of word r / 32: row r counts
    std::size_t mask_words = 0;
    const ScanQuery* queries = nullptr;      // [query_count]
    const float* query_residuals = nullptr;  // [query_count], as encode() wrote them
    SurvivorLists lists;
    float row_residual_max = 0;
    unsigned dimension = 0;
    unsigned query_count = 0;  // none succeeds
    unsigned first_row = 0;    // of the table, a multiple of 32
    unsigned row_count = 0;    // none succeeds
    ScanKind kind = ScanKind::unit_rows;
};
inline constexpr unsigned kAppendQueriesMax = 65535;

// Appends what survives. A row whose length is infinite always does, with a key of infinity.
// cudaErrorInvalidConfiguration: more than kAppendQueriesMax queries.
cudaError_t append_survivors(const AppendTask& task, cudaStream_t stream);
cudaError_t append_survivors(const DeferredTask<AppendTask>& task, cudaStream_t stream);

struct SelectTask {
    const ScanQuery* queries = nullptr;
    SurvivorLists lists;
    unsigned* ids = nullptr;   // [query_count, stride]: the rows that were selected
    float* keys = nullptr;     // [query_count, stride]: theirs
    unsigned stride = 0;       // at least the greatest ScanQuery::wanted
    unsigned query_count = 0;  // none succeeds
    unsigned limit = 0;        // lists of more entries are cut
};

// Cuts lists of more than `limit` survivors down to the `wanted` best, by descending key, then by
// ascending row, and raises their thresholds to the least key among those: which they are is a
// function of the list alone, not of its order. Counts must not be beyond capacity.
cudaError_t cut_survivors(const SelectTask& task, cudaStream_t stream);

// The same of every list that has more than its query's `wanted`; and writes the survivors of all
// to `ids`, kNoId (rescore_stored.h) behind them. `limit` is not used.
cudaError_t list_survivors(const SelectTask& task, cudaStream_t stream);

}  // namespace qr::device
