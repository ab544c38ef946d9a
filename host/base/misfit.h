// The sentence of most errors: "WHERE: found FOUND, allowed: ALLOWED".
#pragma once

#include <string>
#include <string_view>

#include "host/base/error.h"

namespace qr {

std::string misfit_text(std::string_view where, std::string_view found, std::string_view allowed);

// An error that says so, with what was found and what is allowed also by themselves.
Error misfit_error(Code code, std::string_view where, std::string found, std::string allowed);
// Where the place is a pointer, which the error carries too.
Error misfit_at(Code code, std::string pointer, std::string found, std::string allowed);

}  // namespace qr
