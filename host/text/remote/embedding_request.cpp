#include "host/text/remote/embedding_request.h"

#include "host/base/json_escape.h"

namespace qr {
namespace {

void append_texts(std::string& body, const RemoteEncoderOptions& options,
                  std::span<const EncoderInput> inputs) {
    std::string prefixed;
    char before = '[';
    for (const EncoderInput& input : inputs) {
        body += before;
        before = ',';
        prefixed = prefix_of(options, input.role);
        prefixed += input.text;
        append_json_string(body, prefixed);
    }
    body += ']';
}

void append_dimensions(std::string& body, const RemoteEncoderOptions& options) {
    if (options.dimensions != 0) body += ",\"dimensions\":" + std::to_string(options.dimensions);
}

}  // namespace

std::string_view prefix_of(const RemoteEncoderOptions& options, TextRole role) {
    return role == TextRole::query ? options.query_prefix : options.document_prefix;
}

std::string print_embedding_request(EncoderApi api, const RemoteEncoderOptions& options,
                                    std::span<const EncoderInput> inputs) {
    const bool is_tei = api == EncoderApi::tei;
    std::string body = is_tei ? "{\"inputs\":" : "{\"input\":";
    append_texts(body, options, inputs);
    if (is_tei) {
        body += ",\"truncate\":true,\"normalize\":true";
    } else {
        body += ",\"model\":";
        append_json_string(body, options.model);
        body += ",\"encoding_format\":\"base64\"";
    }
    append_dimensions(body, options);
    body += '}';
    return body;
}

std::string_view embedding_path(EncoderApi api) {
    return api == EncoderApi::tei ? "/embed" : "/v1/embeddings";
}

}  // namespace qr
