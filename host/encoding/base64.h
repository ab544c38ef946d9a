// base64 as vectors travel in JSON: RFC 4648, standard alphabet, padding required.
//
// Decoding is strict on purpose: every byte of the text counts, no white space, no missing padding,
// no bits after the last byte, so that two texts never mean the same vector. The instruction set is
// picked at run time; all give the same bytes and the same fault. Encoding is plain: answers that
// carry vectors are few.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qr::base64 {

enum class Kind : std::uint8_t { scalar, avx2, avx512_vbmi };
std::string_view to_string(Kind kind);
// What this CPU can run, slowest first; the last is what decode() takes.
std::vector<Kind> kinds();

struct Fault {
    enum class Reason : std::uint8_t {
        foreign_character,  // not of the alphabet, or '=' before the end
        cut_short,          // the text ends inside a group of four
        loose_bits,         // bits set behind the last byte
    };
    Reason reason = Reason::foreign_character;
    std::size_t offset = 0;  // of the first bad byte of the text; its size when cut short
    friend bool operator==(const Fault&, const Fault&) = default;
};

// "the byte 0x2A at offset 17, which is not base64"
std::string describe(const Fault& fault, std::string_view text);

// Bytes that `text` decodes to if it is well formed.
std::size_t decoded_size(std::string_view text);

// Writes decoded_size(text) bytes to the front of `out`, which must hold that many and must not
// overlap the text; up to the end of `out` bytes behind them are undefined afterwards. On a fault
// all of `out` is undefined.
std::optional<Fault> decode(std::string_view text, std::span<std::byte> out);
std::optional<Fault> decode(Kind kind, std::string_view text, std::span<std::byte> out);

std::string encode(std::span<const std::byte> bytes);

}  // namespace qr::base64
