// What rerank and score requests have in common: both sides, the method, the options, the end.
//
// read_request() takes a body apart, hands an endpoint its own fields and keeps the common ones;
// what is missing, left over or contradictory is refused at the end.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <string_view>

#include "server/dialects/native_vectors.h"

namespace qr::native {

// The payload's two parts.
struct Parts {
    std::string_view json;
    TensorTail tensors;
};
Result<Parts> split(const Payload& payload);

// Every list of fields begins with these, in this order.
inline constexpr std::array<std::string_view, 8> kCommonFields = {
    "query", "queries", "documents", "collection", "method", "timeout_ms", "priority", "model"};

// kCommonFields and an endpoint's own fields behind them.
template <std::size_t Count>
constexpr auto with_common_fields(const std::array<std::string_view, Count>& own) {
    std::array<std::string_view, kCommonFields.size() + Count> names{};
    std::copy(own.begin(), own.end(),
              std::copy(kCommonFields.begin(), kCommonFields.end(), names.begin()));
    return names;
}

// Reads the field of that index in an endpoint's own list.
using ReadOwn =
    std::function<Result<void>(std::size_t index, json::Fields& fields, json::Reader& reader)>;

class RequestReader {
  public:
    RequestReader(const Parts& parts, BufferPool& buffers, const ParseLimits& limits);

    // Reads every field of the body; `known` begins with kCommonFields, what follows goes to `own`.
    Result<void> read(std::span<const std::string_view> known, const ReadOwn& own);

    // After read(). Keeps the payload alive when the vectors lie in it.
    Result<ScoreRequest> finish(Payload payload);

  private:
    Result<void> read_common(json::Fields& fields);
    VectorInput take_vectors(Payload payload);
    Result<void> read_queries(json::Value& value, const json::Path& path, bool is_list);
    Result<void> read_option(std::size_t index, json::Value& value, const json::Path& path);
    Result<void> read_method(json::Value& value, const json::Path& path);
    Result<void> read_model(json::Value& value, const json::Path& path);
    Error no_collection(json::Value& value, const json::Path& path);
    Result<void> check_complete() const;

    json::Reader reader_;
    json::Warnings warnings_;
    TensorTail tensors_;
    Context context_;
    VectorSide queries_;
    VectorSide documents_;
    ScoreRequest request_;
};

// A whole request: split, read, finished, with memory running out turned into an error.
Result<ScoreRequest> read_request(Payload payload, BufferPool& buffers, const ParseLimits& limits,
                                  std::span<const std::string_view> known, const ReadOwn& own);

}  // namespace qr::native
