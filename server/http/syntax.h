// Character classes of RFC 9110 and case-blind comparison, for everything that reads the wire.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace qr::http {

constexpr char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

constexpr bool is_alphanumeric(char c) {
    return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z');
}

// Asked of every byte of every name, so it is looked up.
inline constexpr std::array<bool, 256> kIsToken = [] {
    std::array<bool, 256> is_token{};
    for (std::size_t i = 0; i < is_token.size(); ++i) {
        constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
        const char c = static_cast<char>(i);
        is_token[i] = is_alphanumeric(c) || kMarks.find(c) != std::string_view::npos;
    }
    return is_token;
}();

constexpr bool is_token(char c) {
    return kIsToken[static_cast<unsigned char>(c)];
}

// What a field value may hold: a tab, and everything but the control characters.
constexpr bool is_field_text(char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
}

constexpr bool equals_ignoring_case(std::string_view text, std::string_view lower) {
    return std::ranges::equal(text, lower, {}, to_lower);
}

constexpr std::string_view trim(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace qr::http
