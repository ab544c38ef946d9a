#include "host/backend/reference/reference_backend.h"

#include <cmath>
#include <cstddef>
#include <new>
#include <span>
#include <stdexcept>

#include "host/base/check.h"

namespace qr {
namespace {

using scoring::Method;

// docs/SCORING.md: component i goes to lane i mod 32, in ascending order; then lane j takes lane
// j + 16, j + 8, j + 4, j + 2, j + 1.
double inner_product(std::span<const float> a, std::span<const float> b) {
    double lane[32] = {};
    for (std::size_t i = 0; i < a.size(); ++i)
        lane[i % 32] += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    for (std::size_t j = 0; j < 16; ++j)
        lane[j] += lane[j + 16];
    for (std::size_t j = 0; j < 8; ++j)
        lane[j] += lane[j + 8];
    for (std::size_t j = 0; j < 4; ++j)
        lane[j] += lane[j + 4];
    for (std::size_t j = 0; j < 2; ++j)
        lane[j] += lane[j + 2];
    return lane[0] + lane[1];
}

// <q|d> of the amplitude-encoded states: the cosine, held to [-1, 1] against rounding.
double cosine(std::span<const float> query, std::span<const float> document) {
    const double length =
        std::sqrt(inner_product(query, query) * inner_product(document, document));
    const double c = inner_product(query, document) / length;
    if (c > 1) return 1;
    if (c < -1) return -1;
    return c;
}

double score_of(Method method, std::span<const float> query, std::span<const float> document) {
    switch (method) {
        case Method::dot:
            return inner_product(query, document);
        case Method::cosine:
            return cosine(query, document);
        case Method::fidelity: {
            const double c = cosine(query, document);
            return c * c;
        }
        case Method::signed_fidelity: {
            const double amplitude = (1 + cosine(query, document)) / 2;
            return amplitude * amplitude;
        }
        case Method::bures_angle: {
            // 2/pi, correctly rounded to double.
            constexpr double kTwoOverPi = 0.63661977236758138;
            return 1 - kTwoOverPi * std::acos(std::abs(cosine(query, document)));
        }
    }
    QR_CHECK(false);
    return 0;
}

std::optional<RowFault> fault_of(RowFault::Side side, const MatrixView& matrix) {
    for (std::size_t row = 0; row < matrix.rows; ++row) {
        bool is_zero = true;
        for (std::size_t i = 0; i < matrix.dimension; ++i) {
            const float component = matrix.row(row)[i];
            if (std::isnan(component) || std::isinf(component))
                return RowFault{side, RowFault::Kind::not_finite, row, i};
            is_zero = is_zero && component == 0;
        }
        if (is_zero) return RowFault{side, RowFault::Kind::zero_vector, row, 0};
    }
    return std::nullopt;
}

bool is_dropped(const ScoreTask& task) {
    return task.claim != nullptr && task.claim->is_dropped();
}

TaskScores score_task(const ScoreTask& task) {
    TaskScores result;
    if (is_dropped(task)) return {.is_dropped = true};
    result.fault = fault_of(RowFault::Side::query, task.queries);
    if (!result.fault) result.fault = fault_of(RowFault::Side::document, task.documents);
    if (result.fault) return result;
    result.values.reserve(task.queries.rows * task.documents.rows);
    for (std::size_t q = 0; q < task.queries.rows; ++q) {
        for (std::size_t d = 0; d < task.documents.rows; ++d) {
            if (is_dropped(task)) return {.is_dropped = true};
            result.values.push_back(
                score_of(task.method, task.queries.row(q), task.documents.row(d)));
        }
    }
    return result;
}

}  // namespace

BackendCapabilities ReferenceBackend::capabilities() const {
    return {.device = "cpu", .instruction_set = "double loops", .threads = 1};
}

Result<Scores> ReferenceBackend::score(const ScoreBatch& batch) {
    try {
        Scores scores;
        for (const ScoreTask& task : batch.tasks)
            scores.tasks.push_back(score_task(task));
        return scores;
    } catch (const std::bad_alloc&) {
        return Error{.code = Code::out_of_memory,
                     .message = "the batch needs more memory than this machine has left"};
    } catch (const std::length_error&) {
        return Error{.code = Code::out_of_memory,
                     .message = "the batch needs more memory than a process can hold"};
    }
}

}  // namespace qr
