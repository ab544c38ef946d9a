#include "host/text/digest.h"

#include <sha256.h>

#include <array>
#include <cstdint>

namespace qr {
namespace {

std::string to_hex(std::span<const std::uint8_t> bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const unsigned byte : bytes) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15U];
    }
    return text;
}

}  // namespace

std::string sha256_of_parts(std::span<const std::string_view> parts) {
    SHA256_CTX context;
    SHA256_Init(&context);
    for (const std::string_view part : parts) {
        std::array<std::uint8_t, sizeof(std::uint64_t)> size{};
        for (std::size_t i = 0; i < size.size(); ++i)
            size[i] = static_cast<std::uint8_t>(std::uint64_t{part.size()} >> (8 * i));
        SHA256_Update(&context, size.data(), size.size());
        SHA256_Update(&context, reinterpret_cast<const std::uint8_t*>(part.data()), part.size());
    }
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> sum{};
    SHA256_Final(sum.data(), &context);
    return to_hex(sum);
}

}  // namespace qr
