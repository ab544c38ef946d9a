#include "host/text/remote/call_failure.h"

#include <simdjson.h>

#include "host/base/utf8.h"

namespace qr {
namespace {

constexpr std::size_t kExcerptBytesMax = 200;

// {"error":{"message":m}}, {"error":m}, {"message":m}, {"detail":m}: OpenAI's, the two of
// text-embeddings-inference, FastAPI's. Anything else is shown as it is.
std::string told_by(const std::string& body) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    if (parser.parse(body).get(root) != simdjson::SUCCESS) return body;
    for (const char* pointer : {"/error/message", "/error", "/message", "/detail"}) {
        std::string_view text;
        if (root.at_pointer(pointer).get_string().get(text) == simdjson::SUCCESS)
            return std::string(text);
    }
    return body;
}

void hide(std::string& text, std::string_view key) {
    if (key.empty()) return;
    for (std::size_t at = 0; (at = text.find(key, at)) != std::string::npos;)
        text.replace(at, key.size(), "***");
}

// The key goes first: an excerpt could end within it.
std::string excerpt(std::string text, std::string_view key) {
    hide(text, key);
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
    }
    if (text.size() > kExcerptBytesMax) text.resize(kExcerptBytesMax);
    text.resize(valid_utf8_prefix(text));
    return text;
}

FailureKind kind_of(int status) {
    if (status == 400 || status == 413 || status == 422) return FailureKind::refused_texts;
    if (status == 401 || status == 403) return FailureKind::refused_key;
    if (status == 408 || status == 429) return FailureKind::busy;
    return status >= 500 ? FailureKind::broken : FailureKind::unexpected;
}

std::string message_of(const HttpAnswer& answer, std::string_view key) {
    const std::string status = std::to_string(answer.status);
    if (kind_of(answer.status) == FailureKind::refused_key) {
        return "the encoder service refuses our key (status " + status + ')';
    }
    if (answer.status >= 300 && answer.status < 400) {
        return "answered " + status + "; redirects are not followed, name the place itself";
    }
    const std::string told = excerpt(told_by(answer.body), key);
    return "answered " + status + (told.empty() ? "" : ": " + told);
}

}  // namespace

std::string_view to_string(FailureKind kind) {
    switch (kind) {
        case FailureKind::unreachable:
            return "unreachable";
        case FailureKind::timed_out:
            return "timed_out";
        case FailureKind::busy:
            return "busy";
        case FailureKind::broken:
            return "broken";
        case FailureKind::refused_texts:
            return "refused_texts";
        case FailureKind::refused_key:
            return "refused_key";
        case FailureKind::unexpected:
            return "unexpected";
        case FailureKind::garbled:
            return "garbled";
        case FailureKind::cut_short:
            return "cut_short";
    }
    return "unexpected";
}

bool may_repeat(FailureKind kind) {
    return kind == FailureKind::unreachable || kind == FailureKind::timed_out ||
           kind == FailureKind::busy || kind == FailureKind::broken;
}

bool blames_service(FailureKind kind) {
    return kind != FailureKind::busy && kind != FailureKind::refused_texts &&
           kind != FailureKind::cut_short;
}

std::optional<CallFailure> failure_of(const HttpAnswer& answer, std::string_view key) {
    switch (answer.end) {
        case HttpAnswer::End::answered:
            break;
        case HttpAnswer::End::unreachable:
            return CallFailure{.kind = FailureKind::unreachable,
                               .message = excerpt(answer.reason, key)};
        case HttpAnswer::End::timed_out:
            return CallFailure{.kind = FailureKind::timed_out, .message = "no answer in time"};
        case HttpAnswer::End::too_large:
            return CallFailure{.kind = FailureKind::garbled, .message = "the answer is too large"};
    }
    if (answer.status == 200) return std::nullopt;
    return CallFailure{.kind = kind_of(answer.status),
                       .message = message_of(answer, key),
                       .retry_after = answer.retry_after};
}

}  // namespace qr
