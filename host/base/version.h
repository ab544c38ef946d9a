// What this binary is: fixed at build time.
#pragma once

#include <string_view>

namespace qr {

std::string_view version();     // "0.1.0"
std::string_view commit();      // short hash as of the last configure; "unknown" without git
std::string_view compiler();    // "g++ 12.2.0"
std::string_view build_type();  // "Release"

}  // namespace qr
