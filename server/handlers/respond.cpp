#include "server/handlers/respond.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "host/base/misfit.h"

namespace qr {
namespace {

constexpr std::string_view kHeaderLength = "inference-header-content-length";

Result<void> check_media_type(std::string_view content_type) {
    if (content_type.empty() || is_media_type(content_type, "application/json") ||
        is_media_type(content_type, "application/octet-stream")) {
        return {};
    }
    return Error{.code = Code::unsupported_media_type,
                 .message = misfit_text("Content-Type", '\'' + std::string(content_type) + '\'',
                                        "application/json or application/octet-stream"),
                 .found = std::string(content_type),
                 .allowed = "application/json, application/octet-stream"};
}

Result<std::optional<std::size_t>> header_length_of(const http::Request& request) {
    const std::string_view text = request.fields.get(kHeaderLength);
    if (text.empty()) return std::optional<std::size_t>();
    std::size_t length = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (code == std::errc() && end == text.data() + text.size() && length <= request.body_size) {
        return std::optional(length);
    }
    return Error{
        .code = Code::invalid,
        .message = misfit_text("Inference-Header-Content-Length", '\'' + std::string(text) + '\'',
                               "0.." + std::to_string(request.body_size) + " (the body's length)"),
        .found = std::string(text),
        .allowed = "0.." + std::to_string(request.body_size)};
}

}  // namespace

bool is_media_type(std::string_view content_type, std::string_view wanted) {
    const std::string_view type = content_type.substr(0, content_type.find(';'));
    const std::size_t end = type.find_last_not_of(" \t");
    if (end + 1 != wanted.size()) return false;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const char c = type[i];
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != wanted[i])
            return false;
    }
    return true;
}

void add_retry_after(http::Response& response, Duration time) {
    const auto seconds =
        std::max(std::chrono::ceil<std::chrono::seconds>(time), std::chrono::seconds(1));
    const auto milliseconds =
        std::max(std::chrono::ceil<std::chrono::milliseconds>(time), std::chrono::milliseconds(1));
    response.fields.add("Retry-After", std::to_string(seconds.count()));
    response.fields.add("retry-after-ms", std::to_string(milliseconds.count()));
}

http::Response error_response(const Error& error, const http::Request& request,
                              Duration retry_after) {
    return error_response(error, request, dialects::dialect_of(request.path), retry_after);
}

http::Response error_response(const Error& error, const http::Request& request,
                              dialects::Dialect dialect, Duration retry_after) {
    http::Response response{.status = dialects::status_of(dialect, error),
                            .body = dialects::print_error(dialect, error, request.id),
                            .error = error.code};
    switch (error.code) {
        case Code::overloaded:
        case Code::unavailable:
            add_retry_after(response, retry_after);
            break;
        case Code::method_not_allowed:
            response.fields.add("Allow", error.allowed);
            break;
        case Code::unauthenticated:
            response.fields.add("WWW-Authenticate", "Bearer");
            break;
        default:
            break;
    }
    return response;
}

http::Response json_response(std::string body) {
    http::Response response;
    response.body = std::move(body);
    return response;
}

http::Response answer_response(dialects::Answer answer) {
    http::Response response = json_response(std::move(answer.body));
    if (answer.json_bytes == 0) return response;
    response.content_type = "application/octet-stream";
    response.fields.add("Inference-Header-Content-Length", std::to_string(answer.json_bytes));
    return response;
}

Result<native::Payload> take_payload(http::Request& request) {
    const Result<void> media_type = check_media_type(request.fields.get("content-type"));
    if (!media_type.ok()) return media_type.error();
    Result<std::optional<std::size_t>> header_length = header_length_of(request);
    if (!header_length.ok()) return header_length.error();
    return native::Payload{.storage = std::move(request.storage),
                           .offset = request.body_offset,
                           .size = request.body_size,
                           .header_length = *header_length};
}

}  // namespace qr
