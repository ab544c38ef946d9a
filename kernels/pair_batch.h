// Tasks that one launch scores together: every query of a task against every document of it.
//
// Ragged: tasks differ in all three sizes. All pointers are device memory that the caller planned
// and owns; kernels allocate nothing. plan() alone runs on the host, before the tasks and the table
// are copied.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/math/hd.h"

namespace qr::device {

inline constexpr unsigned kNoBadRow = UINT32_MAX;

// What one block takes: of the overlap kernels rows by queries, of the read-out kernel documents of
// one query. A narrow tile has one query, or none where only norms are wanted.
inline constexpr unsigned kNarrowRows = 8;
inline constexpr unsigned kTileRows = 16;
inline constexpr unsigned kTileQueries = 4;
inline constexpr unsigned kStripDocuments = 64;  // once to four times
inline constexpr unsigned kStripQueries = 16;
inline constexpr unsigned kReadOutDocuments = 256;

// From so many pairs on a task is cut into strips: there are enough then for most of a device's
// multiprocessors. Up to kTileQueries queries bandwidth is the bound, and tiles reach it.
inline constexpr std::size_t kStripPairsMin = std::size_t{1} << 17;

QR_HD constexpr std::size_t blocks_for(std::size_t count, std::size_t of_a_block) {
    return (count + of_a_block - 1) / of_a_block;
}

struct alignas(16) PairTask {
    const float* queries = nullptr;     // [query_count, dimension], dense, 4-byte aligned
    const float* documents = nullptr;   // [document_count, dimension], likewise
    double* query_norms2 = nullptr;     // [query_count]
    double* document_norms2 = nullptr;  // [document_count]
    double* pairs = nullptr;            // [query_count, document_count]: dots, then scores
    // The lowest row that is no state (a NaN, an infinity, or all zero): queries count from 0,
    // documents from query_count. The caller sets it to kNoBadRow before the launch.
    unsigned* first_bad_row = nullptr;
    unsigned query_count = 0;  // these four are at least 1
    unsigned document_count = 0;
    unsigned dimension = 0;  // up to math::kDimensionMax
    // plan() sets these, of the overlap kernels:
    unsigned first_block = 0;
    unsigned first_strip = 0;
    unsigned strip_documents = 0;  // of a strip; 0: the task is cut into tiles
};

// What the kernels read first; in device memory, as `tasks` is.
struct alignas(16) PairTable {
    const PairTask* tasks = nullptr;  // as plan() left them
    unsigned task_count = 0;
    unsigned overlap_blocks = 0;
    unsigned strip_blocks = 0;
};

// The size of a launch. It may exceed the table's: blocks without work end at once, so that a graph
// that was captured for larger batches can be replayed for this one.
struct PairBatch {
    const PairTable* table = nullptr;
    unsigned task_count = 0;
    std::size_t overlap_blocks = 0;
    std::size_t strip_blocks = 0;         // zero: their kernel is not launched
    std::size_t strip_dimension_max = 0;  // of the tasks that are cut into strips
    std::size_t read_out_blocks = 0;      // of the largest task; fewer take longer
};

// Numbers the blocks of every task. `table` of the result is the caller's to set, as is
// its content: the result's task_count, overlap_blocks and strip_blocks.
PairBatch plan(std::span<PairTask> tasks, std::size_t strip_pairs_min = kStripPairsMin);

}  // namespace qr::device
