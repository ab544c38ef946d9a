// Errors as values: what went wrong, where in the request, what was found and what is allowed.
//
// Every room returns Result<T>; nobody throws across a room's border and nobody logs *and* returns.
// Only server/dialects decides how a Code looks on the wire.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "host/base/check.h"

namespace qr {

enum class Code {
    malformed,               // 400: the bytes cannot be parsed
    unauthenticated,         // 401
    forbidden,               // 403
    not_found,               // 404
    method_not_allowed,      // 405
    request_timeout,         // 408: the client was slower than the limits allow
    conflict,                // 409
    too_large,               // 413: the body exceeds a limit
    unsupported_media_type,  // 415: a wrong, present Content-Type or Content-Encoding
    invalid,                 // 422: well-formed but wrong
    no_encoder,              // 424: text was given and nothing here turns text into vectors
    overloaded,              // 429: try again later
    headers_too_large,       // 431
    cancelled,               // 499: the client left before its answer; a word for log and metrics
    internal,                // 500: a bug of ours
    unavailable,             // 503: starting, draining, failing; or a backend that cannot serve
    deadline_exceeded,       // 504
    out_of_memory,           // 507
};

// The word for a code in logs, metrics and answers: "invalid", "deadline_exceeded"...
std::string_view to_string(Code code);

struct Error {
    Code code = Code::internal;
    std::string message;  // one sentence that names the thing, the found and the allowed
    std::string
        pointer;  // RFC 6901 JSON pointer into the request, or the configuration key; may be empty
    std::string found;        // may be empty
    std::string allowed;      // may be empty
    std::string reason = {};  // which of several causes of that code, one word; may be empty
};

// A value or an Error. C++20 has no std::expected; this is the part of it that the tree uses.
template <typename T>
class [[nodiscard]] Result {
  public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    T& value() & { return QR_CHECK(ok()), *std::get_if<0>(&state_); }
    const T& value() const& { return QR_CHECK(ok()), *std::get_if<0>(&state_); }
    T&& value() && { return QR_CHECK(ok()), std::move(*std::get_if<0>(&state_)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    const Error& error() const& { return QR_CHECK(!ok()), *std::get_if<1>(&state_); }
    Error&& error() && { return QR_CHECK(!ok()), std::move(*std::get_if<1>(&state_)); }

  private:
    std::variant<T, Error> state_;
};

// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
  public:
    Result() = default;
    Result(Error error) : error_(std::move(error)) {}

    bool ok() const { return !error_.has_value(); }
    explicit operator bool() const { return ok(); }
    const Error& error() const& { return QR_CHECK(!ok()), *error_; }
    Error&& error() && { return QR_CHECK(!ok()), std::move(*error_); }

  private:
    std::optional<Error> error_;
};

}  // namespace qr
