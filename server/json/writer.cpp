#include "server/json/writer.h"

#include <array>
#include <charconv>
#include <cmath>

#include "host/base/check.h"
#include "server/json/utf8.h"

namespace qr::json {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

bool is_plain(char character) {
    return static_cast<unsigned char>(character) >= 0x20 && character != '"' && character != '\\';
}

std::string escape(char character) {
    switch (character) {
        case '"':
            return "\\\"";
        case '\\':
            return "\\\\";
        case '\n':
            return "\\n";
        case '\r':
            return "\\r";
        case '\t':
            return "\\t";
        default:
            break;
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(character);
    return std::string("\\u00") + kDigits[byte >> 4] + kDigits[byte & 15];
}

}  // namespace

void Writer::key(std::string_view name) {
    string(name);
    out_ += ':';
    needs_comma_ = false;
}

void Writer::string(std::string_view text) {
    separate();
    out_ += '"';
    while (true) {
        const std::size_t valid = valid_utf8_prefix(text);
        append_escaped(text.substr(0, valid));
        if (valid == text.size()) break;
        out_ += kReplacement;
        text.remove_prefix(valid + 1);
    }
    out_ += '"';
    needs_comma_ = true;
}

void Writer::number(double value) {
    QR_CHECK(std::isfinite(value));
    std::array<char, 32> text{};
    const auto [end, code] = std::to_chars(text.data(), text.data() + text.size(), value);
    QR_CHECK(code == std::errc());
    raw({text.data(), static_cast<std::size_t>(end - text.data())});
}

void Writer::open(char bracket) {
    separate();
    out_ += bracket;
    needs_comma_ = false;
}

void Writer::close(char bracket) {
    out_ += bracket;
    needs_comma_ = true;
}

void Writer::raw(std::string_view text) {
    separate();
    out_ += text;
    needs_comma_ = true;
}

void Writer::separate() {
    if (needs_comma_) out_ += ',';
}

void Writer::append_escaped(std::string_view text) {
    while (!text.empty()) {
        std::size_t plain = 0;
        while (plain < text.size() && is_plain(text[plain]))
            ++plain;
        out_ += text.substr(0, plain);
        if (plain == text.size()) return;
        out_ += escape(text[plain]);
        text.remove_prefix(plain + 1);
    }
}

}  // namespace qr::json
