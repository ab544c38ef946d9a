#include "host/base/error.h"

namespace qr {

std::string_view to_string(Code code) {
    switch (code) {
        case Code::malformed:
            return "malformed";
        case Code::unauthenticated:
            return "unauthenticated";
        case Code::forbidden:
            return "forbidden";
        case Code::not_found:
            return "not_found";
        case Code::method_not_allowed:
            return "method_not_allowed";
        case Code::request_timeout:
            return "request_timeout";
        case Code::conflict:
            return "conflict";
        case Code::too_large:
            return "too_large";
        case Code::unsupported_media_type:
            return "unsupported_media_type";
        case Code::invalid:
            return "invalid";
        case Code::no_encoder:
            return "no_encoder";
        case Code::overloaded:
            return "overloaded";
        case Code::headers_too_large:
            return "headers_too_large";
        case Code::cancelled:
            return "cancelled";
        case Code::internal:
            return "internal";
        case Code::unavailable:
            return "unavailable";
        case Code::deadline_exceeded:
            return "deadline_exceeded";
        case Code::out_of_memory:
            return "out_of_memory";
    }
    return "internal";
}

}  // namespace qr
