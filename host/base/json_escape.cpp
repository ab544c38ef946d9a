#include "host/base/json_escape.h"

#include <cstddef>

namespace qr {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

// Bytes of the well-formed sequence at the front of `text`, whose first byte is not ASCII; 0 when
// there is none. Table 3-7 of the Unicode Standard: no overlong forms, no surrogates.
std::size_t sequence_length(std::string_view text) {
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t length = first >= 0xc2 && first <= 0xdf   ? 2
                               : first >= 0xe0 && first <= 0xef ? 3
                               : first >= 0xf0 && first <= 0xf4 ? 4
                                                                : 0;
    if (length == 0 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if (!is_continuation(text[i])) return 0;
    }
    const auto second = static_cast<unsigned char>(text[1]);
    const bool is_malformed = (first == 0xe0 && second < 0xa0) ||
                              (first == 0xed && second > 0x9f) ||
                              (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
    return is_malformed ? 0 : length;
}

void append_control(std::string& out, char c) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    switch (c) {
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            out += "\\u00";
            out += kDigits[static_cast<unsigned char>(c) >> 4];
            out += kDigits[static_cast<unsigned char>(c) & 0xf];
    }
}

bool is_plain(char c) {
    return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    std::size_t at = 0;
    while (at < text.size()) {
        std::size_t plain = at;
        while (plain < text.size() && is_plain(text[plain]))
            ++plain;
        out.append(text, at, plain - at);
        at = plain;
        if (at == text.size()) break;
        const char c = text[at];
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
            ++at;
        } else if (static_cast<unsigned char>(c) < 0x80) {
            append_control(out, c);
            ++at;
        } else if (const std::size_t length = sequence_length(text.substr(at)); length != 0) {
            out.append(text, at, length);
            at += length;
        } else {
            out += kReplacement;
            ++at;
        }
    }
    out += '"';
}

}  // namespace qr
