#include "host/batching/score_assembly.h"

#include <algorithm>
#include <new>
#include <span>
#include <utility>

#include "host/base/narrow.h"

namespace qr {

bool ScoreAssembly::add(std::size_t first_row, std::size_t rows, TaskScores scores) {
    const std::lock_guard lock(mutex_);
    if (scores.is_dropped) {
        error_ = Error{.code = Code::internal,
                       .message = "the backend left out a slice that was still wanted"};
    } else if (scores.fault) {
        add_fault(*scores.fault, first_row);
    } else {
        add_values(first_row, rows, std::move(scores.values));
    }
    return !fault_ && !error_;
}

Result<TaskScores> ScoreAssembly::finish() {
    const std::lock_guard lock(mutex_);
    if (error_) return *error_;
    if (fault_) return TaskScores{.fault = fault_};
    return TaskScores{.values = std::move(values_)};
}

void ScoreAssembly::add_fault(RowFault fault, std::size_t first_row) {
    if (fault.side == RowFault::Side::document) fault.row += first_row;
    if (fault_ && std::pair(fault_->side, fault_->row) <= std::pair(fault.side, fault.row)) return;
    fault_ = fault;
    values_ = {};
}

void ScoreAssembly::add_values(std::size_t first_row, std::size_t rows,
                               std::vector<double> values) {
    QR_CHECK(values.size() == queries_ * rows && first_row + rows <= documents_);
    if (fault_ || error_) return;
    if (rows == documents_) {
        values_ = std::move(values);
        return;
    }
    try {
        values_.resize(queries_ * documents_);
    } catch (const std::bad_alloc&) {
        error_ = Error{.code = Code::out_of_memory,
                       .message = "the scores need more memory than this machine has left"};
        return;
    }
    const std::span<const double> slice = values;
    for (std::size_t query = 0; query < queries_; ++query) {
        const auto to = narrow<std::ptrdiff_t>(query * documents_ + first_row);
        std::ranges::copy(slice.subspan(query * rows, rows), values_.begin() + to);
    }
}

}  // namespace qr
