// What becomes of each task of a batch while its chunks come back: scores, a bad row, or nothing.
//
// No CUDA in here. One thread. A bad row of the queries stands before any of the documents, the
// lowest row before others, whatever chunk found it first. A task whose claim was dropped is asked
// about no more and tells nothing.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "host/backend/fidelity_backend.h"
#include "host/cuda/batch_plan.h"
#include "kernels/pair_batch.h"

namespace qr::cuda {

class BatchResults {
  public:
    // Makes room for every score; throws std::bad_alloc or std::length_error. The batch outlives
    // this object.
    explicit BatchResults(const ScoreBatch& batch);

    // Asks the task's claim, unless it is known to be dropped.
    bool is_wanted(std::size_t task);

    // A part as the device left it: `pairs` of [query_count, document_count], the lowest bad row as
    // PairTask::first_bad_row. Asks the claim once more before it takes the scores.
    void take(const Part& part, std::span<const double> pairs, unsigned first_bad_row);

    Scores finish() &&;

  private:
    struct BadRows {
        std::size_t query = SIZE_MAX;
        std::size_t document = SIZE_MAX;
    };

    const ScoreBatch& batch_;
    Scores scores_;
    std::vector<BadRows> bad_rows_;
};

}  // namespace qr::cuda
