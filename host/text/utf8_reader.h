// Characters of UTF-8, one by one, and how many there are; what is no UTF-8 reads as U+FFFD.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace qr {

// The character at `offset`, which moves behind it; offset < text.size().
char32_t next_char(std::string_view text, std::size_t& offset);
std::size_t count_chars(std::string_view text);
void append_utf8(char32_t c, std::string& out);

}  // namespace qr
