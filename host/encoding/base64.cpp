#include "host/encoding/base64.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "host/base/check.h"
#include "host/base/cpu_features.h"
#include "host/encoding/base64_kernels.h"

namespace qr::base64 {
namespace {

constexpr std::size_t kGroup = 4;

consteval std::array<std::uint8_t, 256> alphabet() {
    std::array<std::uint8_t, 256> table{};
    for (int character = 0; character < 256; ++character)
        table[static_cast<std::size_t>(character)] = kernels::value_of(character);
    return table;
}
constexpr std::array<std::uint8_t, 256> kAlphabet = alphabet();

std::uint32_t value_at(std::string_view text, std::size_t offset) {
    return kAlphabet[static_cast<unsigned char>(text[offset])];
}

std::size_t padding_of(std::string_view text) {
    if (text.empty() || text.size() % kGroup != 0 || text.back() != '=') return 0;
    return text[text.size() - 2] == '=' ? 2 : 1;
}

Fault first_foreign(std::string_view text, std::size_t from) {
    while (from < text.size() && value_at(text, from) != kernels::kForeign)
        ++from;
    return {Fault::Reason::foreign_character, from};
}

std::size_t decode_vectorised(Kind kind, std::string_view text, std::span<std::byte> out) {
    switch (kind) {
        case Kind::scalar:
            return 0;
        case Kind::avx2:
            return kernels::decode_avx2(text.data(), text.size(), out.data(), out.size());
        case Kind::avx512_vbmi:
            return kernels::decode_avx512_vbmi(text.data(), text.size(), out.data(), out.size());
    }
    return 0;
}

// The last group when it is padded: one or two bytes.
std::optional<Fault> decode_padded(std::string_view text, std::size_t from, std::size_t padding,
                                   std::byte* out) {
    const std::uint32_t a = value_at(text, from);
    const std::uint32_t b = value_at(text, from + 1);
    const std::uint32_t c = padding == 1 ? value_at(text, from + 2) : 0;
    if (((a | b | c) & kernels::kForeign) != 0) return first_foreign(text, from);
    const std::uint32_t bits = (a << 18) | (b << 12) | (c << 6);
    const std::uint32_t loose = padding == 1 ? bits & 0xFFU : bits & 0xFFFFU;
    if (loose != 0) return Fault{Fault::Reason::loose_bits, from + kGroup - 1 - padding};
    out[0] = static_cast<std::byte>(bits >> 16);
    if (padding == 1) out[1] = static_cast<std::byte>((bits >> 8) & 0xFF);
    return std::nullopt;
}

// Whole groups of text[from, text.size()), whose bytes begin at `out`.
std::optional<Fault> decode_groups(std::string_view text, std::size_t from, std::byte* out) {
    for (; from < text.size(); from += kGroup, out += 3) {
        const std::uint32_t a = value_at(text, from);
        const std::uint32_t b = value_at(text, from + 1);
        const std::uint32_t c = value_at(text, from + 2);
        const std::uint32_t d = value_at(text, from + 3);
        if (((a | b | c | d) & kernels::kForeign) != 0) return first_foreign(text, from);
        const std::uint32_t bits = (a << 18) | (b << 12) | (c << 6) | d;
        out[0] = static_cast<std::byte>(bits >> 16);
        out[1] = static_cast<std::byte>((bits >> 8) & 0xFF);
        out[2] = static_cast<std::byte>(bits & 0xFF);
    }
    return std::nullopt;
}

}  // namespace

std::string_view to_string(Kind kind) {
    switch (kind) {
        case Kind::scalar:
            return "scalar";
        case Kind::avx2:
            return "avx2";
        case Kind::avx512_vbmi:
            return "avx512_vbmi";
    }
    return "scalar";
}

std::vector<Kind> kinds() {
    std::vector<Kind> offered{Kind::scalar};
    if (is_supported(InstructionSet::avx2)) offered.push_back(Kind::avx2);
    if (has_avx512_vbmi()) offered.push_back(Kind::avx512_vbmi);
    return offered;
}

std::string describe(const Fault& fault, std::string_view text) {
    const std::string where = " at offset " + std::to_string(fault.offset);
    switch (fault.reason) {
        case Fault::Reason::cut_short:
            return "a text of " + std::to_string(text.size()) +
                   " characters: cut short, or without its padding";
        case Fault::Reason::loose_bits:
            return "bits behind the last byte" + where;
        case Fault::Reason::foreign_character:
            break;
    }
    QR_CHECK(fault.offset < text.size());
    std::array<char, 32> byte{};
    std::snprintf(byte.data(), byte.size(), "the byte 0x%02X",
                  static_cast<unsigned>(static_cast<unsigned char>(text[fault.offset])));
    return byte.data() + where;
}

std::size_t decoded_size(std::string_view text) {
    return text.size() / kGroup * 3 - padding_of(text);
}

std::optional<Fault> decode(std::string_view text, std::span<std::byte> out) {
    static const Kind best = kinds().back();
    return decode(best, text, out);
}

std::optional<Fault> decode(Kind kind, std::string_view text, std::span<std::byte> out) {
    QR_CHECK(decoded_size(text) <= out.size());
    const std::size_t whole = text.size() - text.size() % kGroup;
    const std::size_t padding = padding_of(text);
    const std::string_view groups = text.substr(0, padding == 0 ? whole : whole - kGroup);
    const std::size_t done = decode_vectorised(kind, groups, out);
    std::byte* rest = out.data() + done / kGroup * 3;
    if (const auto fault = decode_groups(groups, done, rest)) return fault;
    if (whole != text.size()) {
        const Fault foreign = first_foreign(text, whole);
        return foreign.offset < text.size() ? foreign
                                            : Fault{Fault::Reason::cut_short, text.size()};
    }
    if (padding == 0) return std::nullopt;
    return decode_padded(text, groups.size(), padding, out.data() + groups.size() / kGroup * 3);
}

std::string encode(std::span<const std::byte> bytes) {
    constexpr std::string_view kCharacters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text((bytes.size() + 2) / 3 * 4, '=');
    char* out = text.data();
    for (std::size_t i = 0; i < bytes.size(); i += 3, out += 4) {
        const std::size_t held = std::min<std::size_t>(3, bytes.size() - i);
        unsigned bits = 0;
        for (std::size_t k = 0; k < 3; ++k)
            bits = bits << 8 | (k < held ? std::to_integer<unsigned>(bytes[i + k]) : 0);
        for (std::size_t k = 0; k <= held; ++k)
            out[k] = kCharacters[bits >> (18 - 6 * k) & 63];
    }
    return text;
}

}  // namespace qr::base64
