#include "host/encoding/digest.h"

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
    Sha256 digest;
    for (const std::string_view part : parts) {
        std::array<std::byte, sizeof(std::uint64_t)> size{};
        for (std::size_t i = 0; i < size.size(); ++i)
            size[i] = static_cast<std::byte>(std::uint64_t{part.size()} >> (8 * i));
        digest.add(size);
        digest.add(std::as_bytes(std::span(part)));
    }
    return digest.finish();
}

struct Sha256::State {
    SHA256_CTX context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
    SHA256_Init(&state_->context);
}

Sha256::~Sha256() = default;

void Sha256::add(std::span<const std::byte> bytes) {
    SHA256_Update(&state_->context, reinterpret_cast<const std::uint8_t*>(bytes.data()),
                  bytes.size());
}

std::string Sha256::finish() {
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> sum{};
    SHA256_Final(sum.data(), &state_->context);
    return to_hex(sum);
}

}  // namespace qr
