// Errors as the native dialect tells them: a status, and a body that other clients also find their
// "message" and "detail" in.
#include "server/dialects/native.h"
#include "server/json/writer.h"

namespace qr::native {
namespace {

void print_unless_empty(json::Writer& out, std::string_view name, std::string_view text) {
    if (!text.empty()) out.field(name, text);
}

}  // namespace

int status_of(Code code) {
    switch (code) {
        case Code::malformed:
            return 400;
        case Code::unauthenticated:
            return 401;
        case Code::forbidden:
            return 403;
        case Code::not_found:
            return 404;
        case Code::method_not_allowed:
            return 405;
        case Code::request_timeout:
            return 408;
        case Code::conflict:
            return 409;
        case Code::too_large:
            return 413;
        case Code::unsupported_media_type:
            return 415;
        case Code::invalid:
            return 422;
        case Code::no_encoder:
            return 424;
        case Code::overloaded:
            return 429;
        case Code::headers_too_large:
            return 431;
        case Code::cancelled:
            return 499;
        case Code::internal:
            return 500;
        case Code::unavailable:
            return 503;
        case Code::deadline_exceeded:
            return 504;
        case Code::out_of_memory:
            return 507;
    }
    return 500;
}

std::string print_error(const Error& error, std::string_view id) {
    json::Writer out;
    out.begin_object();
    out.key("error");
    out.begin_object();
    out.key("code");
    out.integer(status_of(error.code));
    out.field("type", to_string(error.code));
    out.field("message", error.message);
    print_unless_empty(out, "pointer", error.pointer);
    print_unless_empty(out, "found", error.found);
    print_unless_empty(out, "allowed", error.allowed);
    print_unless_empty(out, "reason", error.reason);
    out.end_object();
    out.field("message", error.message);
    out.field("detail", error.message);
    out.field("id", id);
    out.end_object();
    return std::move(out).take();
}

}  // namespace qr::native
