#include "server/handlers/model.h"

#include <utility>
#include <vector>

#include "host/base/misfit.h"
#include "server/dialects/tei_model.h"
#include "server/handlers/respond.h"
#include "server/json/writer.h"

namespace qr {
namespace {

constexpr std::string_view kNoEncoderName = "vectors";

Error no_tokenizer() {
    return {.code = Code::no_encoder,
            .message =
                "the encoder is a remote service, which keeps its tokenizer to itself; "
                "allowed: an embedded or a local encoder (setting `encoder`)",
            .found = "a remote encoder",
            .allowed = "an embedded or a local encoder"};
}

// The tokenizer that is there, or why there is none.
Result<const Tokenizer*> tokenizer_of(const Services& services) {
    if (services.encoder == nullptr) return no_encoder();
    const Tokenizer* const tokenizer = services.encoder->tokenizer();
    if (tokenizer == nullptr) return no_tokenizer();
    return tokenizer;
}

void print_model(json::Writer& out, std::string_view name, std::int64_t started) {
    out.begin_object();
    out.field("id", name);
    out.field("object", "model");
    out.key("created");
    out.integer(started);
    out.field("owned_by", "quantumrerank");
    out.end_object();
}

std::string name_of(const Encoder* encoder) {
    return encoder == nullptr ? std::string(kNoEncoderName) : encoder->info().name;
}

}  // namespace

Error no_encoder() {
    return {.code = Code::no_encoder,
            .message =
                "found a text, but this server runs without an encoder that turns it into a "
                "vector; allowed: vectors, or set `encoder` to embedded, to a Model2Vec "
                "folder or to the URL of an embedding service",
            .found = "text without an encoder",
            .allowed = "vectors, or the setting `encoder`"};
}

http::Response tokenize_response(const Services& services, Grant grant, http::Request& request) {
    const Result<native::Payload> payload = take_payload(request);
    if (!payload.ok()) return error_response(payload.error(), request);
    const auto parsed = dialects::parse_tokenize(*payload, grant.limits.parse);
    if (!parsed.ok()) return error_response(parsed.error(), request);
    const Result<const Tokenizer*> tokenizer = tokenizer_of(services);
    if (!tokenizer.ok()) return error_response(tokenizer.error(), request);
    std::vector<std::vector<Token>> texts;
    texts.reserve(parsed->texts.size());
    for (const std::string& text : parsed->texts)
        texts.push_back((*tokenizer)->tokens(text, parsed->special));
    return json_response(dialects::print_tokens(texts, *parsed));
}

http::Response decode_response(const Services& services, Grant grant, http::Request& request) {
    const Result<native::Payload> payload = take_payload(request);
    if (!payload.ok()) return error_response(payload.error(), request);
    const auto parsed = dialects::parse_decode(*payload, grant.limits.parse);
    if (!parsed.ok()) return error_response(parsed.error(), request);
    const Result<const Tokenizer*> tokenizer = tokenizer_of(services);
    if (!tokenizer.ok()) return error_response(tokenizer.error(), request);
    std::vector<std::string> texts;
    for (const std::vector<std::uint32_t>& ids : parsed->ids) {
        Result<std::string> text = (*tokenizer)->decode(ids, parsed->specials);
        if (!text.ok()) return error_response(text.error(), request);
        texts.push_back(*std::move(text));
    }
    return json_response(dialects::print_texts(texts));
}

std::string print_models(const Encoder* encoder, std::int64_t started) {
    json::Writer out;
    out.begin_object();
    out.field("object", "list");
    out.key("data");
    out.begin_array();
    print_model(out, name_of(encoder), started);
    out.end_array();
    out.end_object();
    return std::move(out).take();
}

http::Response model_response(const Encoder* encoder, std::int64_t started, std::string_view name,
                              const http::Request& request) {
    const std::string there = name_of(encoder);
    if (name != there) {
        const Error error{.code = Code::not_found,
                          .message = misfit_text("model", '\'' + std::string(name) + '\'', there),
                          .found = std::string(name),
                          .allowed = there};
        return error_response(error, request);
    }
    json::Writer out;
    print_model(out, there, started);
    return json_response(std::move(out).take());
}

}  // namespace qr
