// Texts in, vectors out: what the dialects that ask for embeddings share.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.h"
#include "host/state/matrix_view.h"
#include "server/dialects/dialect.h"
#include "server/json/fields.h"

namespace qr::dialects {

struct EmbeddingRequest {
    std::vector<std::string> texts;  // at least one
    std::string_view texts_at;       // where the request has them, as a JSON pointer
    std::optional<std::string> model;
    std::size_t dimensions = 0;  // the first so many components alone; 0: all
    bool is_base64 = false;
    bool is_normalised = true;
    std::optional<std::chrono::milliseconds> timeout = {};
    std::shared_ptr<const void> ask = nullptr;  // see ScoreRequest::ask
};

// One way to ask for vectors.
struct EmbeddingForm {
    Dialect dialect;
    // Errors: `malformed`, `invalid`, each with its JSON pointer.
    Result<EmbeddingRequest> (*parse)(const native::Payload& payload,
                                      const native::ParseLimits& limits);
    Answer (*print)(const EmbeddingRequest& request, const MatrixView& vectors,
                    const native::Provenance& provenance);
};

extern const EmbeddingForm kOpenaiEmbeddings;
extern const EmbeddingForm kTeiEmbed;

// A text or a list of them. Token ids are refused: only one tokenizer could have made them.
Result<std::vector<std::string>> read_texts(json::Reader& reader, json::Value& value,
                                            const json::Path& path,
                                            const native::ParseLimits& limits);
// A text within the limit.
Result<std::string> read_text(json::Reader& reader, json::Value& value, const json::Path& path,
                              const native::ParseLimits& limits);

// Reads one field of a body by its index in the list of known ones.
template <class Read>
Result<void> read_body(json::Reader& reader, std::span<const std::string_view> known,
                       json::Warnings& warnings, Read read) {
    const auto root = reader.root();
    if (!root) return root.error();
    const json::Path whole;
    json::Fields fields(reader, *root, whole, known, warnings);
    if (Result<void> done = fields.each(read); !done) return done;
    return reader.finish();
}

// The JSON of a payload without tensors.
std::string_view json_of(const native::Payload& payload);

}  // namespace qr::dialects
