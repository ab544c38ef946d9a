#include "host/text/utf8_reader.h"

#include "host/base/utf8.h"

namespace qr {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

// The bits of a byte that count, by the size of its sequence; then those of one behind it.
constexpr char32_t lead_bits(char32_t byte, std::size_t size) {
    return size == 1 ? byte : byte & (0x7FU >> size);
}

char32_t byte_at(std::string_view text, std::size_t offset) {
    return static_cast<unsigned char>(text[offset]);
}

}  // namespace

char32_t next_char(std::string_view text, std::size_t& offset) {
    if (byte_at(text, offset) < 0x80) return byte_at(text, offset++);
    const std::size_t size = utf8_char_size(text.substr(offset));
    if (size == 0) {
        ++offset;
        return kReplacement;
    }
    char32_t c = lead_bits(byte_at(text, offset), size);
    for (std::size_t i = 1; i < size; ++i)
        c = c << 6 | (byte_at(text, offset + i) & 0x3FU);
    offset += size;
    return c;
}

std::size_t count_chars(std::string_view text) {
    std::size_t chars = 0;
    for (std::size_t offset = 0; offset < text.size(); ++chars)
        next_char(text, offset);
    return chars;
}

void append_utf8(char32_t c, std::string& out) {
    const auto trail = [&out, c](unsigned shift) {
        out += static_cast<char>(0x80U | (c >> shift & 0x3FU));
    };
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xC0U | c >> 6);
        trail(0);
    } else if (c < 0x10000) {
        out += static_cast<char>(0xE0U | c >> 12);
        trail(6);
        trail(0);
    } else {
        out += static_cast<char>(0xF0U | c >> 18);
        trail(12);
        trail(6);
        trail(0);
    }
}

}  // namespace qr
