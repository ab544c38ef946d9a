// Where UTF-8 stops being valid: for messages and for never writing what is not UTF-8.
#pragma once

#include <cstddef>
#include <string_view>

namespace qr {

// Bytes of the longest prefix that is whole, valid UTF-8 (Unicode 15, table 3-7).
std::size_t valid_utf8_prefix(std::string_view text);
// Bytes of the one character that text begins with; 0 when that is not whole or not valid.
std::size_t utf8_char_size(std::string_view text);

}  // namespace qr
