#include "host/rerank/reranker.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "host/base/check.h"
#include "host/base/misfit.h"
#include "host/base/narrow.h"

namespace qr {
namespace {

Error too_many(std::string pointer, const std::string& what, std::size_t found,
               std::size_t allowed) {
    Error error{.code = Code::invalid,
                .pointer = std::move(pointer),
                .found = std::to_string(found) + ' ' + what,
                .allowed = "at most " + std::to_string(allowed)};
    error.message = misfit_text(error.pointer, error.found, error.allowed);
    return error;
}

std::string_view queries_at(const VectorInput& vectors, bool is_query_list) {
    if (!vectors.queries_at.empty()) return vectors.queries_at;
    return is_query_list ? "/queries" : "/query";
}

// The row, not the component inside it: that place exists in every form a vector can be sent in.
std::string pointer_to_row(const RowFault& fault, const VectorInput& vectors, bool is_query_list) {
    const bool is_document = fault.side == RowFault::Side::document;
    const std::string side(is_document ? vectors.documents_at : queries_at(vectors, is_query_list));
    return is_document || is_query_list ? side + '/' + std::to_string(fault.row) : side;
}

std::string_view name_of(float not_finite) {
    if (std::isnan(not_finite)) return "NaN";
    return not_finite > 0 ? "infinity" : "-infinity";
}

std::vector<RankedDocument> best_of(std::span<const double> scores, std::size_t count) {
    std::vector<RankedDocument> ranked(scores.size());
    for (std::size_t i = 0; i < scores.size(); ++i) {
        QR_CHECK(!std::isnan(scores[i]));  // backends refuse what could give one
        ranked[i] = {i, scores[i]};
    }
    const auto is_better = [](const RankedDocument& a, const RankedDocument& b) {
        return a.score > b.score || (a.score == b.score && a.index < b.index);
    };
    const auto end = ranked.begin() + narrow<std::ptrdiff_t>(count);
    if (end == ranked.end()) {
        std::sort(ranked.begin(), end, is_better);  // half of what a heap of them all costs
    } else {
        std::partial_sort(ranked.begin(), end, ranked.end(), is_better);
    }
    ranked.resize(count);
    return ranked;
}

}  // namespace

Result<ScoreTask> prepare(const VectorInput& vectors, scoring::Method method,
                          const RerankLimits& limits) {
    const std::size_t queries = vectors.queries.rows;
    const std::size_t documents = vectors.documents.rows;
    QR_CHECK(queries > 0 && documents > 0);
    QR_CHECK(vectors.queries.dimension == vectors.documents.dimension);
    if (documents > limits.documents_max) {
        return too_many(std::string(vectors.documents_at), "documents", documents,
                        limits.documents_max);
    }
    const std::string queries_pointer(queries_at(vectors, /*is_query_list=*/true));
    if (queries > limits.queries_max) {
        return too_many(queries_pointer, "queries", queries, limits.queries_max);
    }
    if (queries * documents > limits.pairs_max) {
        return too_many(queries_pointer, "pairs of a query and a document", queries * documents,
                        limits.pairs_max);
    }
    return ScoreTask{vectors.queries, vectors.documents, method};
}

Error describe(const RowFault& fault, const VectorInput& vectors, bool is_query_list) {
    const bool is_query = fault.side == RowFault::Side::query;
    const auto row = (is_query ? vectors.queries : vectors.documents).row(fault.row);
    Error error{.code = Code::invalid, .pointer = pointer_to_row(fault, vectors, is_query_list)};
    if (fault.kind == RowFault::Kind::zero_vector) {
        error.found = "a zero vector";
        error.allowed = "a vector with a direction: a zero vector has no state";
    } else {
        QR_CHECK(fault.component < row.size());
        error.found = std::string(name_of(row[fault.component])) + " as component " +
                      std::to_string(fault.component);
        error.allowed = "finite float32 numbers";
    }
    error.message = misfit_text(error.pointer, error.found, error.allowed);
    return error;
}

std::vector<Ranking> rank(std::span<const double> scores, std::size_t queries,
                          std::size_t documents, std::size_t top_n) {
    QR_CHECK(scores.size() == queries * documents);
    const std::size_t count = top_n == 0 ? documents : std::min(top_n, documents);
    std::vector<Ranking> rankings(queries);
    for (std::size_t query = 0; query < queries; ++query)
        rankings[query].documents = best_of(scores.subspan(query * documents, documents), count);
    return rankings;
}

}  // namespace qr
