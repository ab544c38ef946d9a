#include "host/rerank/text_rows.h"

#include <algorithm>
#include <string>
#include <utility>

#include "host/base/check.h"
#include "host/base/misfit.h"

namespace qr {
namespace {

constexpr std::size_t kUnknownTextsNamed = 8;  // in warnings

// "/documents/3", or "/query" where there is but one.
std::string pointer_to(const ScoreRequest& request, TextRole role, std::size_t row) {
    if (role == TextRole::document) {
        return std::string(request.vectors.documents_at) + '/' + std::to_string(row);
    }
    const std::string_view at = request.vectors.queries_at;
    if (!request.is_query_list) return std::string(at.empty() ? "/query" : at);
    return std::string(at.empty() ? "/queries" : at) + '/' + std::to_string(row);
}

// The first row that is not among `text_rows`, which are ascending.
std::size_t first_vector_row(const std::vector<std::size_t>& text_rows) {
    std::size_t row = 0;
    while (row < text_rows.size() && text_rows[row] == row)
        ++row;
    return row;
}

Result<void> check_dimension(const ScoreRequest& request, TextRole role, const MatrixView& rows,
                             const std::vector<std::size_t>& text_rows, std::size_t dimension) {
    if (rows.rows == 0 || rows.dimension == dimension) return {};
    Error error{.code = Code::invalid,
                .pointer = pointer_to(request, role, first_vector_row(text_rows)),
                .found = std::to_string(rows.dimension) + " numbers",
                .allowed = std::to_string(dimension) +
                           " (the encoder's, which makes the vectors of this request's texts)"};
    error.message = misfit_text(error.pointer, error.found, error.allowed);
    return error;
}

void warn_of_unknown(ScoreRequest& request, const std::vector<std::size_t>& unknown) {
    const TextInput& texts = request.texts;
    for (std::size_t i = 0; i < std::min(unknown.size(), kUnknownTextsNamed); ++i) {
        const bool is_query = unknown[i] < texts.query_rows.size();
        const std::size_t row = is_query
                                    ? texts.query_rows[unknown[i]]
                                    : texts.document_rows.at(unknown[i] - texts.query_rows.size());
        const TextRole role = is_query ? TextRole::query : TextRole::document;
        request.warnings.push_back(pointer_to(request, role, row) +
                                   ": no word that the encoder knows; its score says nothing");
    }
    if (unknown.size() > kUnknownTextsNamed) {
        request.warnings.push_back("further texts without a word that the encoder knows: " +
                                   std::to_string(unknown.size() - kUnknownTextsNamed));
    }
}

// Rows in the request's order: `texts` where `text_rows` says, `vectors` elsewhere.
MatrixView interleave(const MatrixView& vectors, const std::vector<std::size_t>& text_rows,
                      const float* texts, std::size_t dimension, Buffer& out) {
    float* const rows = reinterpret_cast<float*>(out.data());
    const float* next_vector = vectors.data;
    std::size_t text = 0;
    const std::size_t count = vectors.rows + text_rows.size();
    for (std::size_t row = 0; row < count; ++row) {
        const bool is_text = text < text_rows.size() && text_rows[text] == row;
        const float*& next = is_text ? texts : next_vector;
        std::copy_n(next, dimension, rows + row * dimension);
        next += dimension;
        text += is_text ? 1 : 0;
    }
    return {rows, count, dimension};
}

// A side that is all texts is looked at where the encoder left it.
MatrixView merged(const MatrixView& vectors, const std::vector<std::size_t>& text_rows,
                  const float* texts, std::size_t dimension, BufferPool& buffers,
                  std::vector<Buffer>& storage) {
    if (text_rows.empty()) return vectors;
    if (vectors.rows == 0) return {texts, text_rows.size(), dimension};
    const std::size_t count = vectors.rows + text_rows.size();
    storage.push_back(buffers.take(count * dimension * sizeof(float), BufferUse::vectors));
    return interleave(vectors, text_rows, texts, dimension, storage.back());
}

}  // namespace

std::vector<EncoderInput> encoder_inputs(const ScoreRequest& request) {
    const TextInput& texts = request.texts;
    std::vector<EncoderInput> inputs;
    inputs.reserve(texts.query_rows.size() + texts.document_rows.size());
    for (const std::string& text : texts.queries)
        inputs.push_back({text, TextRole::query});
    for (const std::size_t row : texts.document_rows)
        inputs.push_back({*request.labels.at(row).text, TextRole::document});
    return inputs;
}

Result<void> place_vectors(ScoreRequest& request, EncodedTexts encoded, BufferPool& buffers) {
    const TextInput& texts = request.texts;
    VectorInput& vectors = request.vectors;
    const std::size_t dimension = encoded.dimension;
    for (const TextRole role : {TextRole::query, TextRole::document}) {
        const bool is_query = role == TextRole::query;
        const auto checked =
            check_dimension(request, role, is_query ? vectors.queries : vectors.documents,
                            is_query ? texts.query_rows : texts.document_rows, dimension);
        if (!checked.ok()) return checked;
    }
    warn_of_unknown(request, encoded.unknown);
    const auto* const rows = reinterpret_cast<const float*>(encoded.rows.data());
    vectors.queries =
        merged(vectors.queries, texts.query_rows, rows, dimension, buffers, vectors.storage);
    vectors.documents =
        merged(vectors.documents, texts.document_rows, rows + texts.query_rows.size() * dimension,
               dimension, buffers, vectors.storage);
    vectors.storage.push_back(std::move(encoded.rows));
    request.texts = {};
    return {};
}

}  // namespace qr
