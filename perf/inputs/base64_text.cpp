#include "perf/inputs/base64_text.h"

#include <algorithm>
#include <string_view>

namespace qr::perf {

std::string base64_text(std::span<const std::byte> bytes) {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t held = std::min<std::size_t>(3, bytes.size() - i);
        unsigned bits = 0;
        for (std::size_t k = 0; k < 3; ++k)
            bits = bits << 8 | (k < held ? std::to_integer<unsigned>(bytes[i + k]) : 0);
        for (std::size_t k = 0; k < 4; ++k)
            text += k <= held ? kAlphabet[bits >> (18 - 6 * k) & 63] : '=';
    }
    return text;
}

}  // namespace qr::perf
