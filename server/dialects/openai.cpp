// OpenAI: POST /v1/embeddings, and its errors, which are vLLM's too.
// Source: https://github.com/openai/openai-python, types/create_embedding_response.py
#include <array>
#include <limits>

#include "host/base/check.h"
#include "host/encoding/base64.h"
#include "server/dialects/embedding.h"
#include "server/dialects/errors.h"

namespace qr::dialects {
namespace {

enum Field : std::size_t { kInput, kModel, kEncodingFormat, kDimensions, kUser };
constexpr std::array<std::string_view, 5> kFields = {"input", "model", "encoding_format",
                                                     "dimensions", "user"};
constexpr std::string_view kFormats = "\"float\", \"base64\"";
constexpr json::IntegerRange kDimensionRange = {1, std::numeric_limits<std::int32_t>::max()};

Result<void> read_format(json::Reader& reader, json::Value& value, const json::Path& path,
                         EmbeddingRequest& request) {
    const auto word = reader.string(value, path, kFormats);
    if (!word) return word.error();
    if (*word != "float" && *word != "base64") {
        return json::invalid_at(path, '"' + json::excerpt(*word) + '"', std::string(kFormats));
    }
    request.is_base64 = *word == "base64";
    return {};
}

Result<void> read_field(std::size_t index, json::Reader& reader, json::Value& value,
                        const json::Path& path, const native::ParseLimits& limits,
                        EmbeddingRequest& request) {
    if (index == kInput) {
        auto texts = read_texts(reader, value, path, limits);
        if (!texts) return texts.error();
        request.texts = *std::move(texts);
    } else if (index == kModel) {
        auto model = read_text(reader, value, path, limits);
        if (!model) return model.error();
        request.model = *std::move(model);
    } else if (index == kEncodingFormat) {
        return read_format(reader, value, path, request);
    } else if (index == kDimensions) {
        const auto number = reader.integer(value, path, kDimensionRange);
        if (!number) return number.error();
        request.dimensions = static_cast<std::size_t>(*number);
    } else {
        return reader.skip(value, path);
    }
    return {};
}

Result<EmbeddingRequest> parse(const native::Payload& payload, const native::ParseLimits& limits) {
    json::Reader reader(json_of(payload));
    json::Warnings warnings(limits.warnings_max);
    EmbeddingRequest request{.texts = {}, .texts_at = "/input"};
    const auto read = read_body(reader, kFields, warnings,
                                [&](std::size_t index, json::Value& value, const json::Path& path) {
                                    return read_field(index, reader, value, path, limits, request);
                                });
    if (!read) return read.error();
    if (request.texts.empty()) {
        return json::invalid_at(json::Path(json::Path(), "input"), "nothing",
                                "a text or an array of texts");
    }
    return request;
}

void print_vector(json::Writer& out, std::span<const float> vector, bool is_base64) {
    if (is_base64) return out.string(base64::encode(std::as_bytes(vector)));
    out.begin_array();
    for (const float number : vector)
        out.number(number);
    out.end_array();
}

Answer print(const EmbeddingRequest& request, const MatrixView& vectors,
             const native::Provenance& provenance) {
    constexpr std::size_t kBytesANumber = 12;
    json::Writer out(vectors.rows * (vectors.dimension * kBytesANumber + 64));
    out.begin_object();
    out.field("object", "list");
    out.key("data");
    out.begin_array();
    for (std::size_t row = 0; row < vectors.rows; ++row) {
        out.begin_object();
        out.field("object", "embedding");
        out.key("embedding");
        print_vector(out, vectors.row(row), request.is_base64);
        out.key("index");
        out.integer(row);
        out.end_object();
    }
    out.end_array();
    out.field("model", provenance.encoder);
    print_usage(out, provenance.tokens);
    out.end_object();
    return {.body = std::move(out).take()};
}

}  // namespace

const EmbeddingForm kOpenaiEmbeddings{.dialect = Dialect::openai, .parse = &parse, .print = &print};

// What is wrong with a request is 400 there; 422 is kept for nothing.
int openai_status(const Error& error) {
    return error.code == Code::invalid ? 400 : native::status_of(error.code);
}

void print_openai_error(json::Writer& out, const Error& error) {
    const int status = openai_status(error);
    out.key("error");
    out.begin_object();
    out.field("message", error.message);
    out.field("type", status < 500 ? "invalid_request_error" : "server_error");
    out.key("param");
    if (error.pointer.empty()) {
        out.null();
    } else {
        out.string(std::string_view(error.pointer).substr(1));
    }
    out.field("code", to_string(error.code));
    out.end_object();
}

}  // namespace qr::dialects
