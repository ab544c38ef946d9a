// Puts the scores of one job's slices together again.
//
// One invariant: the result is to the bit what the whole task would have given, its fault
// included: a bad query before any document, then the first bad document. Slices may be added from
// several lanes at once. Scores that came in one piece are moved, never copied.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <vector>

#include "host/backend/fidelity_backend.h"

namespace qr {

class ScoreAssembly {
  public:
    ScoreAssembly(std::size_t queries, std::size_t documents)
        : queries_(queries), documents_(documents) {}

    // `scores` are of documents [first_row, first_row + rows). False when further slices, all of
    // later rows, can change nothing any more.
    bool add(std::size_t first_row, std::size_t rows, TaskScores scores);

    // Once every slice was added, or those before a fault. Errors: `out_of_memory`; `internal`
    // when the backend left out a slice unasked.
    Result<TaskScores> finish();

  private:
    void add_fault(RowFault fault, std::size_t first_row);
    void add_values(std::size_t first_row, std::size_t rows, std::vector<double> values);

    const std::size_t queries_;
    const std::size_t documents_;
    std::mutex mutex_;
    std::vector<double> values_;  // [queries, documents]
    std::optional<RowFault> fault_;
    std::optional<Error> error_;
};

}  // namespace qr
