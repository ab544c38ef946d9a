// The native dialect of docs/HTTP_API.md: bytes to requests, rankings to bytes. No logic.
//
// A payload is JSON, or (with a header length) JSON followed by little-endian tensors in the order
// in which the JSON declares them. Numbers are rounded to float32 as they are read. Where a tensor
// lies 4-byte aligned in the payload the request's view points straight at it.
#pragma once

#include <cstddef>
#include <cstdint>
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

// Error::reason where a list that must hold something is empty: some dialects answer that apart.
inline constexpr std::string_view kEmptyReason = "empty";

// What the parser itself bounds; the Reranker's limits come after.
struct ParseLimits {
    std::size_t documents_max = 10'000;
    std::size_t queries_max = 512;
    std::size_t text_bytes_max = std::size_t{1} << 20;   // of one text
    std::size_t line_bytes_max = std::size_t{64} << 20;  // of NDJSON
    std::size_t warnings_max = 32;
    bool takes_text = false;  // there is an encoder that turns it into vectors
};

// Errors: `malformed`, `invalid`, `no_encoder`, `not_found` (a collection), each with its JSON
// pointer.
Result<RerankRequest> parse_rerank(Payload payload, BufferPool& buffers, const ParseLimits& limits);
Result<ScoreRequest> parse_score(Payload payload, BufferPool& buffers, const ParseLimits& limits);

struct Provenance {
    std::string_view id;            // of the request
    std::string_view backend;       // that scored it
    std::string_view encoder = {};  // that made vectors of texts; empty where it had none
    std::size_t tokens = 0;         // of those texts
    std::int64_t created = 0;       // seconds since 1970
    double milliseconds = 0;        // from the request's first byte until here
};
// What the answer calls the model: the encoder, else the word the request gave, else "vectors".
std::string_view model_name(const std::optional<std::string>& asked, const Provenance& provenance);
std::string print_rankings(const RerankRequest& request, std::span<const Ranking> rankings,
                           const Provenance& provenance);
std::string print_scores(const ScoreRequest& request, std::span<const double> scores,
                         const Provenance& provenance);

int status_of(Code code);
std::string print_error(const Error& error, std::string_view id);

}  // namespace qr::native
