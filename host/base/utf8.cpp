#include "host/base/utf8.h"

#include <cstdint>

namespace qr {
namespace {

struct Sequence {
    std::size_t size;                 // 0: no sequence starts with this byte
    std::uint8_t second_low = 0x80;   // what the second byte may be: shorter for the ranges that
    std::uint8_t second_high = 0xBF;  // exclude overlong forms, surrogates and above U+10FFFF
};

Sequence sequence_of(std::uint8_t lead) {
    if (lead < 0x80) return {1};
    if (lead < 0xC2 || lead > 0xF4) return {0};
    if (lead < 0xE0) return {2};
    if (lead == 0xE0) return {3, 0xA0};
    if (lead == 0xED) return {3, 0x80, 0x9F};
    if (lead < 0xF0) return {3};
    if (lead == 0xF0) return {4, 0x90};
    if (lead == 0xF4) return {4, 0x80, 0x8F};
    return {4};
}

bool is_whole(std::string_view text, Sequence sequence) {
    if (sequence.size == 0 || text.size() < sequence.size) return false;
    for (std::size_t i = 1; i < sequence.size; ++i) {
        const auto byte = static_cast<std::uint8_t>(text[i]);
        const std::uint8_t low = i == 1 ? sequence.second_low : std::uint8_t{0x80};
        const std::uint8_t high = i == 1 ? sequence.second_high : std::uint8_t{0xBF};
        if (byte < low || byte > high) return false;
    }
    return true;
}

}  // namespace

std::size_t valid_utf8_prefix(std::string_view text) {
    std::size_t offset = 0;
    while (offset < text.size()) {
        const std::size_t size = utf8_char_size(text.substr(offset));
        if (size == 0) break;
        offset += size;
    }
    return offset;
}

std::size_t utf8_char_size(std::string_view text) {
    if (text.empty()) return 0;
    const Sequence sequence = sequence_of(static_cast<std::uint8_t>(text.front()));
    return is_whole(text, sequence) ? sequence.size : 0;
}

}  // namespace qr
