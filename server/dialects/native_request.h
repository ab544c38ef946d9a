// Reads every request that asks for scores, whatever its dialect: both sides, the method, the
// options, the end.
//
// A grammar says which fields there are and what they mean; what is missing, left over or
// contradictory is refused at the end.
#pragma once

#include <cstddef>
#include <string_view>

#include "server/dialects/dialect.h"
#include "server/dialects/native_vectors.h"

namespace qr::native {

using dialects::Grammar;
using dialects::Meaning;

// The payload's two parts.
struct Parts {
    std::string_view json;
    TensorTail tensors;
};
Result<Parts> split(const Payload& payload);

// "<pointer>: found <found>, allowed: <allowed>"
Error found_at(std::string_view pointer, std::string found, std::string allowed);

class RequestReader {
  public:
    RequestReader(const Parts& parts, BufferPool& buffers, const ParseLimits& limits);

    // Before read(): the dimension of the collection that the path names.
    void expect(std::size_t dimension) { queries_.expect(dimension); }
    // Before read(): the index of the choice whose mark comes first in the body, or 0.
    std::size_t choose(std::span<const dialects::ScoringChoice> choices);
    Result<void> read(const Grammar& grammar);
    bool has_top_k() const { return has_top_k_; }

    // After read(). Keeps the payload alive when the vectors lie in it.
    Result<RerankRequest> finish(Payload payload, const Grammar& grammar);

  private:
    Result<void> read_field(Meaning meaning, json::Value& value, const json::Path& path);
    Result<void> read_queries(Meaning meaning, json::Value& value, const json::Path& path);
    Result<void> read_documents(Meaning meaning, json::Value& value, const json::Path& path);
    Result<void> read_sentences(json::Value& value, const json::Path& path);
    Result<void> read_option(Meaning meaning, json::Value& value, const json::Path& path);
    Result<void> read_number(Meaning meaning, json::Value& value, const json::Path& path);
    Result<void> read_word(Meaning meaning, json::Value& value, const json::Path& path);
    Result<void> read_model(json::Value& value, const json::Path& path);
    Result<void> check_complete(const Grammar& grammar) const;

    // Of collections, in native_collection.cpp.
    CollectionAsk& collection();
    Result<void> read_collection(json::Value& value, const json::Path& path);
    Result<void> read_search_option(Meaning meaning, json::Value& value, const json::Path& path);
    Result<void> check_documents(const Grammar& grammar) const;
    Result<void> check_search(const Grammar& grammar) const;
    VectorInput take_vectors(Payload payload);
    TextInput take_texts();
    void warn_of_model();

    json::Reader reader_;
    json::Warnings warnings_;
    TensorTail tensors_;
    Context context_;
    VectorSide queries_;
    VectorSide documents_;
    RerankRequest request_;
    bool has_top_k_ = false;
    bool has_filter_ = false;
    bool names_collection_ = false;
};

}  // namespace qr::native
