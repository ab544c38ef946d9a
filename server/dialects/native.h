// The native dialect of docs/HTTP_API.md: bytes to requests, rankings to bytes. No logic.
//
// A payload is JSON, or (with a header length) JSON followed by little-endian tensors in the order
// in which the JSON declares them. Numbers are rounded to float32 as they are read. Where a tensor
// lies 4-byte aligned in the payload the request's view points straight at it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/buffer.h"
#include "host/base/error.h"
#include "host/rerank/rerank_request.h"

namespace qr::native {

// The bytes of one request, with Buffer::kPadding readable bytes behind them.
struct Payload {
    Buffer storage;
    std::size_t offset = 0;
    std::size_t size = 0;
    std::optional<std::size_t>
        header_length;  // Inference-Header-Content-Length; absent: JSON alone
};

// What the parser itself bounds; the Reranker's limits come after.
struct ParseLimits {
    std::size_t documents_max = 10'000;
    std::size_t queries_max = 512;
    std::size_t text_bytes_max = std::size_t{1} << 20;  // of one text
    std::size_t warnings_max = 32;
};

// Errors: `malformed`, `invalid`, `no_encoder`, `not_found` (a collection), each with its JSON
// pointer.
Result<RerankRequest> parse_rerank(Payload payload, BufferPool& buffers, const ParseLimits& limits);
Result<ScoreRequest> parse_score(Payload payload, BufferPool& buffers, const ParseLimits& limits);

struct Provenance {
    std::string_view id;       // of the request
    std::string_view backend;  // that scored it
};
std::string print_rankings(const RerankRequest& request, std::span<const Ranking> rankings,
                           const Provenance& provenance);
std::string print_scores(const ScoreRequest& request, std::span<const double> scores,
                         const Provenance& provenance);

int status_of(Code code);
std::string print_error(const Error& error, std::string_view id);

}  // namespace qr::native
