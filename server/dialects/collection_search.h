// POST /v1/collections/{name}/search, and a rerank of a whole collection: what is asked, what was
// found.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/clock.h"
#include "host/collection/collection.h"
#include "host/rerank/rerank_request.h"
#include "server/dialects/native.h"

namespace qr::collections {

inline constexpr std::size_t kUnaskedK = 10;  // hits of a search that does not say how many

// A request without documents; top_n is its k, 0 where it says none. `dimension`: the collection's.
// Errors: `malformed`, `invalid`, `no_encoder`, each with its pointer.
Result<RerankRequest> read_search(native::Payload payload, BufferPool& buffers,
                                  const native::ParseLimits& limits, std::size_t dimension);

struct FoundDocument {
    std::string id;
    double score = 0;
    const FetchedDocument* document = nullptr;  // null: not asked for, or deleted meanwhile
};

// All that an answer tells of a search besides its request.
struct Findings {
    std::string_view collection;
    std::size_t dimension = 0;
    std::vector<std::vector<FoundDocument>> rankings;  // one a query
    bool is_exact = true;  // proven for every query, and nothing is missing
    double bound = 0;
    std::uint64_t missing = 0;
    std::size_t rows = 0;  // that the filter let count
    std::size_t rescored = 0;
    std::size_t retries = 0;
    std::size_t pass_queries = 0;
    Duration waited{};
    Duration searched{};
};

std::string print_search(const RerankRequest& request, const Findings& findings,
                         const native::Provenance& provenance);

}  // namespace qr::collections
