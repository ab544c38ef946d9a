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

// What one block takes: of the overlap kernel rows by queries, of the read-out kernel documents of
// one query.
inline constexpr unsigned kOverlapRows = 32;
inline constexpr unsigned kOverlapQueries = 4;
inline constexpr unsigned kReadOutDocuments = 256;

QR_HD constexpr std::size_t blocks_for(std::size_t count, std::size_t of_a_block) {
    return (count + of_a_block - 1) / of_a_block;
}

struct PairTask {
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
    unsigned dimension = 0;    // up to math::kDimensionMax
    unsigned first_block = 0;  // of the overlap kernel; plan() sets it
};

// What the kernels read first; in device memory, as `tasks` is.
struct PairTable {
    const PairTask* tasks = nullptr;  // as plan() left them
    unsigned task_count = 0;
    unsigned overlap_blocks = 0;
};

// The size of a launch. It may exceed the table's: blocks without work end at once, so that a graph
// that was captured for larger batches can be replayed for this one.
struct PairBatch {
    const PairTable* table = nullptr;
    unsigned task_count = 0;
    std::size_t overlap_blocks = 0;
    std::size_t read_out_blocks = 0;  // of the largest task; fewer take longer
};

// Numbers the blocks of every task. `table` of the result is the caller's to set, as is
// its content: the result's task_count and overlap_blocks.
PairBatch plan(std::span<PairTask> tasks);

}  // namespace qr::device
