#include "host/base/misfit.h"

#include <utility>

namespace qr {

std::string misfit_text(std::string_view where, std::string_view found, std::string_view allowed) {
    std::string text(where);
    text.append(": found ").append(found).append(", allowed: ").append(allowed);
    return text;
}

Error misfit_error(Code code, std::string_view where, std::string found, std::string allowed) {
    std::string message = misfit_text(where, found, allowed);
    return {.code = code,
            .message = std::move(message),
            .pointer = {},
            .found = std::move(found),
            .allowed = std::move(allowed)};
}

Error misfit_at(Code code, std::string pointer, std::string found, std::string allowed) {
    Error error = misfit_error(code, pointer, std::move(found), std::move(allowed));
    error.pointer = std::move(pointer);
    return error;
}

}  // namespace qr
