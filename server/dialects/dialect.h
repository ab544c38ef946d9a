// What a dialect is: how its requests are read and how its answers and errors are written.
//
// Every dialect meets in the native request of host/rerank; none of them decides anything. Each has
// one family of files here, and dialects.h lists what they offer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "host/base/error.h"
#include "host/rerank/rerank_request.h"
#include "server/dialects/grammar.h"
#include "server/dialects/native.h"

namespace qr::dialects {

// Whose shape an error has.
enum class Dialect : std::uint8_t {
    native,  // a superset that Cohere v1, Jina, Voyage and vLLM clients find their words in
    tei,     // text-embeddings-inference
    cohere,
    jina,
    voyage,
    openai,  // vLLM's too
    kserve,  // and Triton's
};

// Whose errors a path answers before its body is known.
Dialect dialect_of(std::string_view path);

int status_of(Dialect dialect, const Error& error);
std::string print_error(Dialect dialect, const Error& error, std::string_view id);

// The bytes of an answer. Where json_bytes is not 0, tensors follow so many bytes of JSON.
struct Answer {
    std::string body;
    std::size_t json_bytes = 0;
};

// One way to ask for scores.
struct ScoringForm {
    Dialect dialect = Dialect::native;
    Grammar grammar;
    // `scores` is [q, n] in request order.
    Answer (*print)(const RerankRequest& request, std::span<const double> scores,
                    const native::Provenance& provenance);
    const ScoringForm* with_top_k = nullptr;  // the form that `top_k` asks for instead, if any
};

// Of several forms on one path the body decides: the first of its fields that is a mark. The first
// choice is also what a body without any mark is held against.
struct ScoringChoice {
    std::string_view mark;
    const ScoringForm* form;
    bool yields = false;  // to every other mark, wherever in the body that stands
};

// A request as far as it could be read. The form is known even if the rest is not.
struct ScoringReading {
    const ScoringForm* form;
    Result<RerankRequest> request;
};

// Errors in the reading: `malformed`, `invalid`, `no_encoder`, `not_found` (a collection), each
// with its JSON pointer; `out_of_memory`.
ScoringReading read_scoring(native::Payload payload, BufferPool& buffers,
                            const native::ParseLimits& limits,
                            std::span<const ScoringChoice> choices);

}  // namespace qr::dialects
