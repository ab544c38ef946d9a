// What documents of a collection look like in requests: upserts and removals.
//
// A document is {"id", "vector" | "text", "tags"?, "numbers"?, "ttl_seconds"?}; its vector takes
// every form that a rerank takes, the whole matrix with its ids and tensors behind the header among
// them.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/collection/document.h"
#include "host/rerank/rerank_request.h"
#include "server/dialects/native.h"
#include "server/json/warnings.h"

namespace qr::collections {

// What a request says of a document besides its id, its text and its vector.
struct DocumentExtras {
    std::vector<std::string> tags;
    std::map<std::string, double> numbers;
    std::optional<double> ttl_seconds;
};

// Documents to store: a request without queries. Every label has an id.
struct UpsertRequest : ScoreRequest {
    std::vector<DocumentExtras> extras;  // one each
};

struct UpsertLimits {
    native::ParseLimits parse;
    std::size_t dimension = 0;  // the collection's
};

// {"documents": [...]}, and tensors where the payload has a header length. Errors: `malformed`,
// `invalid`, `no_encoder`, each with its pointer.
Result<UpsertRequest> read_upsert(native::Payload payload, BufferPool& buffers,
                                  const UpsertLimits& limits);

// One document that is a whole text, without tensors: a line of NDJSON. Its vector, if it has one,
// is copied to `row`, of the collection's dimension.
struct LineDocument {
    DocumentLabel label;
    DocumentExtras extras;
    bool has_vector = false;  // else the label's text is to be encoded
};
Result<LineDocument> read_document(std::string_view text, BufferPool& buffers,
                                   const UpsertLimits& limits, json::Warnings& warnings,
                                   std::span<float> row);

// The documents to store, `now` being the time that lives begin at. Takes labels and extras.
std::vector<Document> take_documents(UpsertRequest& request, WallSeconds now);

// {"ids": [...]} or {"filter": {...}}, which may not be empty.
struct RemovalRequest {
    std::vector<std::string> ids;
    std::optional<Filter> filter;
};
Result<RemovalRequest> read_removal(const native::Payload& payload,
                                    const native::ParseLimits& limits);

}  // namespace qr::collections
