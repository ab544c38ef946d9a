// What rerank and score requests have in common: both sides, the method, the options, the end.
//
// A parse opens the body, hands over every common field and keeps its own, then takes the vectors;
// what is missing, left over or contradictory is refused there.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/dialects/native_vectors.h"

namespace qr::native {

// The payload's two parts.
struct Parts {
    std::string_view json;
    TensorTail tensors;
};
Result<Parts> split(const Payload& payload);

struct CommonOptions {
    scoring::Method method = scoring::Method::signed_fidelity;
    std::optional<std::chrono::milliseconds> timeout;
    int priority = 0;
    std::optional<std::string> model;
};

// Every list of fields begins with these, in this order.
inline constexpr std::array<std::string_view, 8> kCommonFields = {
    "query", "queries", "documents", "collection", "method", "timeout_ms", "priority", "model"};

class RequestReader {
  public:
    RequestReader(const Parts& parts, BufferPool& buffers, const ParseLimits& limits);

    json::Reader& reader() { return reader_; }
    json::Warnings& warnings() { return warnings_; }

    // For a field whose index is below kCommonFields.size().
    Result<void> read_common(json::Fields& fields);

    // After the last field. Keeps the payload alive when the vectors lie in it.
    Result<VectorInput> finish(Payload payload);

    CommonOptions& options() { return options_; }
    bool is_query_list() const { return is_query_list_; }
    std::vector<DocumentLabel> take_labels() { return std::move(documents_).take_labels(); }
    std::vector<std::string> take_warnings() { return std::move(warnings_).take(); }

  private:
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
    CommonOptions options_;
    bool is_query_list_ = false;
};

}  // namespace qr::native
