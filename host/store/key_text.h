// Keys as messages show them, and the keys next to one.
#pragma once

#include <string>
#include <string_view>

namespace qr {

// Printable ASCII as it is, every other byte as \x and two digits; clipped at 64 bytes.
std::string key_text(std::string_view key);

// The first key behind all those that begin with `prefix`; empty: there is none.
std::string behind_prefix(std::string_view prefix);

}  // namespace qr
