#include "host/base/json_escape.h"

#include <algorithm>
#include <cstddef>

#include "host/base/utf8.h"

namespace qr {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

void append_escape(std::string& out, char c) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    switch (c) {
        case '"':
        case '\\':
            out += '\\';
            out += c;
            return;
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
    return static_cast<unsigned char>(c) >= ' ' && c != '"' && c != '\\' && c != 0x7f;
}

bool is_plain_ascii(char c) {
    return static_cast<signed char>(c) >= ' ' && is_plain(c);
}

// `text` is UTF-8.
void append_escaped(std::string& out, std::string_view text) {
    while (!text.empty()) {
        std::size_t plain = 0;
        while (plain < text.size() && is_plain(text[plain]))
            ++plain;
        out += text.substr(0, plain);
        if (plain == text.size()) return;
        append_escape(out, text[plain]);
        text.remove_prefix(plain + 1);
    }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    // Nearly every string there is: no byte of it needs a second look.
    if (std::ranges::all_of(text, is_plain_ascii)) {
        out.append(text) += '"';
        return;
    }
    while (true) {
        const std::size_t valid = valid_utf8_prefix(text);
        append_escaped(out, text.substr(0, valid));
        if (valid == text.size()) break;
        out += kReplacement;
        text.remove_prefix(valid + 1);
    }
    out += '"';
}

}  // namespace qr
