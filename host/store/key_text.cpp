#include "host/store/key_text.h"

namespace qr {
namespace {

constexpr std::size_t kShownBytesMax = 64;
constexpr std::string_view kDigits = "0123456789abcdef";

}  // namespace

std::string key_text(std::string_view key) {
    std::string text;
    for (const char character : key.substr(0, kShownBytesMax)) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte >= 0x20 && byte < 0x7f && byte != '\\') {
            text += character;
        } else {
            text.append("\\x").append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
        }
    }
    return key.size() > kShownBytesMax ? text + "..." : text;
}

std::string behind_prefix(std::string_view prefix) {
    std::string end(prefix);
    while (!end.empty() && end.back() == '\xff')
        end.pop_back();
    if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
    return end;
}

}  // namespace qr
