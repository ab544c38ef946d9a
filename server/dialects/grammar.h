// The fields that one dialect knows, and what each of them means to the native request.
//
// A dialect's grammar is a table: adding a field is a line, and one reader (native_request.h)
// serves them all.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "kernels/scoring/methods.h"

namespace qr::dialects {

enum class Meaning : std::uint8_t {
    query,                  // one
    queries,                // a list
    query_or_queries,       // a list, or one text
    documents,              // a list
    document_or_documents,  // a list, or one text
    source_and_sentences,   // {"source_sentence": Q, "sentences": [D...]}
    collection,
    method,           // a scoring method's name
    original_method,  // classical, quantum, hybrid
    precision,
    timeout,  // milliseconds
    priority,
    model,
    top_n,
    top_k,  // Voyage's word for it, which asks for Voyage's answer
    return_documents,
    k,  // of a search, as the next three
    filter,
    return_vectors,
    certify,
    accepted,  // well known, and without effect here
    unused,    // without effect here, which the answer's warnings say
};

struct GrammarField {
    std::string_view name;
    Meaning meaning = Meaning::unused;
};

template <std::size_t Count>
struct FieldTable {
    std::array<std::string_view, Count> names{};
    std::array<Meaning, Count> meanings{};

    constexpr explicit FieldTable(const GrammarField (&fields)[Count]) {
        for (std::size_t i = 0; i < Count; ++i) {
            names[i] = fields[i].name;
            meanings[i] = fields[i].meaning;
        }
    }
};

// A table's fields, and behind them those that every JSON dialect understands besides its own.
template <std::size_t Count>
constexpr auto with_options(const GrammarField (&own)[Count]) {
    constexpr std::size_t kOptions = 4;
    GrammarField all[Count + kOptions] = {};
    GrammarField* const options = std::copy(own, own + Count, all);
    options[0] = {"method", Meaning::method};
    options[1] = {"timeout_ms", Meaning::timeout};
    options[2] = {"priority", Meaning::priority};
    options[3] = {"collection", Meaning::collection};
    return FieldTable<Count + kOptions>(all);
}

// Whether a request must bring documents.
enum class DocumentsNeeded : std::uint8_t {
    always,             // with their vectors, or by their ids in a collection
    unless_collection,  // a collection without them is searched
    never,              // the collection that the path names is searched
};

// Which queries meet which documents.
enum class Pairing : std::uint8_t {
    every,               // each query every document
    one_to_many_or_zip,  // one query every document, or as many of both in pairs
};

struct Grammar {
    Grammar() = default;  // of a dialect that reads its requests itself
    template <std::size_t Count>
    constexpr explicit Grammar(const FieldTable<Count>& table)
        : names(table.names), meanings(table.meanings) {}

    std::span<const std::string_view> names;
    std::span<const Meaning> meanings;  // one for each name

    // What counts where the request says nothing.
    scoring::Method method = scoring::Method::signed_fidelity;
    std::size_t top_n = 0;
    bool returns_documents = false;
    Pairing pairing = Pairing::every;
    DocumentsNeeded documents = DocumentsNeeded::always;
    // Where the two sides are, as JSON pointers: for errors found later. Empty: "/query", or
    // "/queries".
    std::string_view queries_at = {};
    std::string_view documents_at = "/documents";
};

}  // namespace qr::dialects
