// The seam between base64.cpp and the files compiled for one instruction set each.
//
// Those files see only this header and intrinsics: any inline function they shared with the rest
// of the program might be kept in their flavour by the linker and crash an older CPU.
#pragma once

#include <cstddef>

namespace qr::base64::kernels {

// Each decodes whole blocks from the start of text[0, size) and stops before the first block that
// holds a character outside the alphabet ('=' included) or that `room` bytes of output cannot take.
// Returns the characters consumed, a multiple of 4. Writes at most `room` bytes.
std::size_t decode_avx2(const char* text, std::size_t size, std::byte* out, std::size_t room);
std::size_t decode_avx512_vbmi(const char* text, std::size_t size, std::byte* out,
                               std::size_t room);

// 0..63, or kForeign. Consteval: exists at compile time alone, so no file owns a copy.
inline constexpr unsigned char kForeign = 0x80;
consteval unsigned char value_of(int character) {
    if (character >= 'A' && character <= 'Z') return static_cast<unsigned char>(character - 'A');
    if (character >= 'a' && character <= 'z')
        return static_cast<unsigned char>(character - 'a' + 26);
    if (character >= '0' && character <= '9')
        return static_cast<unsigned char>(character - '0' + 52);
    if (character == '+') return 62;
    if (character == '/') return 63;
    return kForeign;
}

}  // namespace qr::base64::kernels
