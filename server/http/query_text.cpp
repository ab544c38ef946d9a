#include "server/http/query_text.h"

#include <algorithm>
#include <charconv>

namespace qr::http {

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        if (text.size() - i < 3) return std::nullopt;
        unsigned char byte = 0;
        const char* const digits = text.data() + i + 1;
        const auto [end, code] = std::from_chars(digits, digits + 2, byte, 16);
        if (code != std::errc() || end != digits + 2) return std::nullopt;
        decoded += static_cast<char>(byte);
        i += 2;
    }
    return decoded;
}

std::optional<std::string_view> query_parameter(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const std::string_view one = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), one.size() + 1));
        if (!one.starts_with(name)) continue;
        if (one.size() == name.size()) return std::string_view();
        if (one[name.size()] == '=') return one.substr(name.size() + 1);
    }
    return std::nullopt;
}

}  // namespace qr::http
