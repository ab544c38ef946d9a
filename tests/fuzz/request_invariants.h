// What must hold for whatever the native parsers accept or refuse.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "host/base/check.h"
#include "host/rerank/reranker.h"
#include "kernels/math/amplitude.h"
#include "server/dialects/native.h"

namespace qr::fuzz {

inline BufferPool& buffers() {
    static BufferPool pool(std::size_t{64} << 20);
    return pool;
}

inline native::Payload payload_of(const std::uint8_t* data, std::size_t size,
                                  std::optional<std::size_t> header_length, std::size_t shift) {
    native::Payload payload{buffers().take(shift + size), shift, size, header_length};
    if (size != 0) std::memcpy(payload.storage.data() + shift, data, size);
    return payload;
}

inline void check_inside(const MatrixView& view, const std::vector<Buffer>& storage) {
    QR_CHECK(view.rows >= 1 && view.dimension >= 1 && view.dimension <= math::kDimensionMax);
    const auto* first = reinterpret_cast<const std::byte*>(view.data);
    const auto* end = reinterpret_cast<const std::byte*>(view.data + view.rows * view.dimension);
    bool is_inside = false;
    for (const Buffer& buffer : storage)
        is_inside |= first >= buffer.data() && end <= buffer.data() + buffer.capacity();
    QR_CHECK(is_inside);
    volatile float sum = 0;  // touches every number, so that a sanitizer sees a dangling view
    for (std::size_t i = 0; i < view.rows * view.dimension; ++i)
        sum = sum + view.data[i];
}

inline void check_vectors(const VectorInput& vectors, const native::ParseLimits& limits) {
    check_inside(vectors.queries, vectors.storage);
    check_inside(vectors.documents, vectors.storage);
    QR_CHECK(vectors.queries.dimension == vectors.documents.dimension);
    QR_CHECK(vectors.queries.rows <= limits.queries_max);
    QR_CHECK(vectors.documents.rows <= limits.documents_max);
}

// Of a request whose documents lie in a collection: they have names, or a search finds them.
inline void check_collection(const ScoreRequest& parsed) {
    QR_CHECK(!parsed.collection->name.empty());
    QR_CHECK(parsed.vectors.documents.rows == 0 && parsed.vectors.queries.rows >= 1);
    for (const DocumentLabel& label : parsed.labels)
        QR_CHECK(label.id.has_value());
}

inline void check_refusal(const Error& error) {
    const int status = native::status_of(error.code);
    QR_CHECK(status == 400 || status == 404 || status == 422 || status == 424);
    QR_CHECK(!error.message.empty() && error.message.size() < 2000);
    QR_CHECK(native::print_error(error, "id").ends_with("\"id\":\"id\"}"));
}

inline void check_rerank(native::Payload payload, const native::ParseLimits& limits) {
    const auto parsed = native::parse_rerank(std::move(payload), buffers(), limits);
    if (!parsed) return check_refusal(parsed.error());
    if (parsed->collection) return check_collection(*parsed);
    check_vectors(parsed->vectors, limits);
    QR_CHECK(parsed->labels.empty() || parsed->labels.size() == parsed->vectors.documents.rows);
    QR_CHECK(parsed->warnings.size() <= limits.warnings_max);
    const std::size_t queries = parsed->vectors.queries.rows;
    const std::size_t documents = parsed->vectors.documents.rows;
    const std::vector<double> scores(queries * documents, 0.5);
    const auto rankings = rank(scores, queries, documents, parsed->top_n);
    QR_CHECK(!native::print_rankings(*parsed, rankings, {"id", "cpu"}).empty());
}

inline void check_score(native::Payload payload, const native::ParseLimits& limits) {
    const auto parsed = native::parse_score(std::move(payload), buffers(), limits);
    if (!parsed) return check_refusal(parsed.error());
    if (parsed->collection) return check_collection(*parsed);
    check_vectors(parsed->vectors, limits);
    const std::vector<double> scores(parsed->vectors.queries.rows * parsed->vectors.documents.rows,
                                     0.5);
    QR_CHECK(!native::print_scores(*parsed, scores, {"id", "cpu"}).empty());
}

}  // namespace qr::fuzz
