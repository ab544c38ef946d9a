// The limits of one request as the configuration sets them: the same for serve and for rerank.
#pragma once

#include "host/rerank/reranker.h"
#include "server/config/config.h"
#include "server/dialects/native.h"

namespace qr {

inline RerankLimits rerank_limits_of(const Config& config) {
    return {.documents_max = config.max_client_batch_size,
            .queries_max = config.max_client_queries,
            .pairs_max = config.max_client_pairs};
}

inline native::ParseLimits parse_limits_of(const Config& config) {
    return {.documents_max = config.max_client_batch_size,
            .queries_max = config.max_client_queries,
            .line_bytes_max = config.payload_limit};
}

}  // namespace qr
