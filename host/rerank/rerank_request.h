// The native request in which every dialect meets, and the ranking that answers it.
//
// Vectors are views into buffers the request owns (the HTTP body itself where that is possible), so
// a request moves from the parser to the backend without a copy. Shape is checked by the dialect
// that parsed it; limits and meaning are checked once, by the Reranker.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/buffer.h"
#include "host/collection/document.h"
#include "host/state/matrix_view.h"
#include "kernels/scoring/methods.h"

namespace qr {

// What a request says of a document besides its vector.
struct DocumentLabel {
    std::optional<std::string> id;    // UTF-8, 1-256 bytes
    std::optional<std::string> text;  // echoed when return_documents is set
};

// Rows that came as text: their vectors are an encoder's to make. A document's text is its label's.
struct TextInput {
    std::vector<std::size_t> query_rows;     // ascending
    std::vector<std::string> queries;        // one for each of them
    std::vector<std::size_t> document_rows;  // ascending

    bool is_empty() const { return query_rows.empty() && document_rows.empty(); }
};

// Queries and documents as float32 rows of one dimension, with the memory they live in. While the
// request still has texts, only the other rows are here.
struct VectorInput {
    MatrixView queries;           // [q, d]
    MatrixView documents;         // [n, d]
    std::vector<Buffer> storage;  // what the views point into
    // Where the request has them, as a JSON pointer in static storage: for errors found later.
    // Empty: "/query" or "/queries".
    std::string_view queries_at = {};
    std::string_view documents_at = "/documents";
};

// Where the vectors lie in a collection: those of documents named by their ids, which are the
// request's labels, or, where it names none, those that a search finds.
struct CollectionAsk {
    std::string name;  // empty: the path names it
    Filter filter;     // of a search, as what follows
    bool return_vectors = false;
    bool is_certified = true;
};

// "POST /v1/score": the whole score matrix, in request order. Every request that scores has this.
struct ScoreRequest {
    VectorInput vectors;
    TextInput texts;
    bool is_query_list = false;         // "queries", not "query"
    std::vector<DocumentLabel> labels;  // empty when no document has an id or text, else one each
    std::optional<CollectionAsk> collection = {};
    scoring::Method method = scoring::Method::signed_fidelity;
    std::optional<std::chrono::milliseconds> timeout;
    int priority = 0;  // 0..999, 0 first
    std::optional<std::string> model;
    std::vector<std::string> warnings;  // for meta.warnings: unknown fields, ignored fields
    // What its dialect keeps until the answer is printed, of a type that it alone knows. Most keep
    // nothing.
    std::shared_ptr<const void> ask = nullptr;
};

// Whether it asks for the best of a whole collection.
inline bool is_search(const ScoreRequest& request) {
    return request.collection && request.labels.empty();
}

// "POST /v1/rerank": documents in order of their score; with "queries", a list of rankings.
struct RerankRequest : ScoreRequest {
    std::size_t top_n = 0;  // 0 = all; of a search: as many as it gives unasked
    bool return_documents = false;
};

struct RankedDocument {
    std::size_t index = 0;  // in the request
    double score = 0;
};

struct Ranking {
    std::vector<RankedDocument> documents;  // best first; equal scores by ascending index
};

}  // namespace qr
