#include "host/cuda/batch_results.h"

#include <algorithm>
#include <optional>

#include "host/backend/row_fault.h"
#include "host/base/check.h"
#include "kernels/read_out.h"

namespace qr::cuda {
namespace {

// What the device has left to do: see kIsExactOnDevice.
void take_scores(scoring::Method method, std::span<const double> pairs, double* scores) {
    scoring::visit(method, [&]<class Pipeline>(Pipeline) {
        if constexpr (device::kIsExactOnDevice<typename Pipeline::read_out>) {
            std::copy(pairs.begin(), pairs.end(), scores);
        } else {
            for (std::size_t i = 0; i < pairs.size(); ++i)
                scores[i] = Pipeline::read_out::read_out(pairs[i]);
        }
    });
}

}  // namespace

BatchResults::BatchResults(const ScoreBatch& batch) : batch_(batch), bad_rows_(batch.tasks.size()) {
    scores_.tasks.resize(batch.tasks.size());
    for (std::size_t i = 0; i < batch.tasks.size(); ++i) {
        const ScoreTask& task = batch.tasks[i];
        scores_.tasks[i].values.resize(task.queries.rows * task.documents.rows);
    }
}

bool BatchResults::is_wanted(std::size_t task) {
    TaskScores& scores = scores_.tasks[task];
    if (scores.is_dropped) return false;
    const auto& claim = batch_.tasks[task].claim;
    if (claim == nullptr || !claim->is_dropped()) return true;
    scores = {.is_dropped = true};
    return false;
}

void BatchResults::take(const Part& part, std::span<const double> pairs, unsigned first_bad_row) {
    QR_CHECK(pairs.size() == part.query_count * part.document_count);
    if (!is_wanted(part.task)) return;
    if (first_bad_row != device::kNoBadRow) {
        BadRows& bad = bad_rows_[part.task];
        if (first_bad_row < part.query_count)
            bad.query = std::min(bad.query, part.query_begin + first_bad_row);
        else
            bad.document =
                std::min(bad.document, part.document_begin + (first_bad_row - part.query_count));
        return;
    }
    const ScoreTask& task = batch_.tasks[part.task];
    double* const values = scores_.tasks[part.task].values.data();
    for (std::size_t q = 0; q < part.query_count; ++q) {
        double* const row = values + (part.query_begin + q) * task.documents.rows;
        take_scores(task.method, pairs.subspan(q * part.document_count, part.document_count),
                    row + part.document_begin);
    }
}

Scores BatchResults::finish() && {
    for (std::size_t i = 0; i < bad_rows_.size(); ++i) {
        const BadRows& bad = bad_rows_[i];
        TaskScores& scores = scores_.tasks[i];
        const ScoreTask& task = batch_.tasks[i];
        if (scores.is_dropped) continue;
        if (bad.query != SIZE_MAX)
            scores.fault =
                find_fault(RowFault::Side::query, bad.query, task.queries.row(bad.query));
        else if (bad.document != SIZE_MAX)
            scores.fault = find_fault(RowFault::Side::document, bad.document,
                                      task.documents.row(bad.document));
        if (scores.fault.has_value()) scores.values.clear();
    }
    return std::move(scores_);
}

}  // namespace qr::cuda
