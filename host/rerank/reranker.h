// What a rerank means: limits, order, ties, top-n. Pure: no thread, no clock, no I/O.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "host/backend/fidelity_backend.h"
#include "host/base/error.h"
#include "host/rerank/rerank_request.h"

namespace qr {

struct RerankLimits {
    std::size_t documents_max = 10'000;  // in one request
    std::size_t queries_max = 512;       // in one request
    std::size_t pairs_max = 5'120'000;   // queries x documents: bounds the score matrix
};

// The task a request asks for; its views stay owned by `vectors`. Errors: `invalid` with a pointer.
Result<ScoreTask> prepare(const VectorInput& vectors, scoring::Method method,
                          const RerankLimits& limits);

// The error a bad row means to a client: "/documents/17: found NaN as component 3, allowed: ...".
Error describe(const RowFault& fault, const VectorInput& vectors, bool is_query_list);

// One ranking per query from scores [q, n]. top_n 0 or above n means n.
std::vector<Ranking> rank(std::span<const double> scores, std::size_t queries,
                          std::size_t documents, std::size_t top_n);

}  // namespace qr
