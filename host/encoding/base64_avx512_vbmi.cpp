// base64 by AVX-512 VBMI: 64 characters to 48 bytes in about ten instructions.
//
// One 128-entry table look-up (vpermi2b) translates and finds foreign characters at once: its
// entries and the characters themselves carry bit 7 when they are bad.
#include <immintrin.h>

#include "host/encoding/base64_kernels.h"

namespace qr::base64::kernels {
namespace {

struct alignas(64) Bytes128 {
    unsigned char at[128];
};
struct alignas(64) Bytes64 {
    unsigned char at[64];
};

consteval Bytes128 alphabet() {
    Bytes128 table{};
    for (int character = 0; character < 128; ++character)
        table.at[character] = value_of(character);
    return table;
}

// Each 32-bit lane ends with its three bytes in the wrong order and a spare one on top.
consteval Bytes64 three_of_four() {
    Bytes64 order{};
    for (int group = 0; group < 16; ++group) {
        for (int byte = 0; byte < 3; ++byte)
            order.at[group * 3 + byte] = static_cast<unsigned char>(group * 4 + 2 - byte);
    }
    return order;
}

constexpr Bytes128 kAlphabet = alphabet();
constexpr Bytes64 kThreeOfFour = three_of_four();
constexpr std::size_t kCharacters = 64;
constexpr std::size_t kBytes = 48;
constexpr __mmask64 kWritten = (1ULL << kBytes) - 1;

}  // namespace

std::size_t decode_avx512_vbmi(const char* text, std::size_t size, std::byte* out,
                               std::size_t room) {
    const __m512i low = _mm512_load_si512(kAlphabet.at);
    const __m512i high = _mm512_load_si512(kAlphabet.at + 64);
    const __m512i order = _mm512_load_si512(kThreeOfFour.at);
    const __m512i to_12_bits = _mm512_set1_epi32(0x01400140);  // a * 64 + b
    const __m512i to_24_bits = _mm512_set1_epi32(0x00011000);  // ab * 4096 + cd
    std::size_t read = 0;
    std::size_t written = 0;
    while (size - read >= kCharacters && room - written >= kBytes) {
        const __m512i characters = _mm512_loadu_si512(text + read);
        const __m512i values = _mm512_permutex2var_epi8(low, characters, high);
        if (_mm512_movepi8_mask(_mm512_or_si512(characters, values)) != 0) break;
        const __m512i pairs = _mm512_maddubs_epi16(values, to_12_bits);
        const __m512i groups = _mm512_madd_epi16(pairs, to_24_bits);
        const __m512i bytes = _mm512_permutexvar_epi8(order, groups);
        _mm512_mask_storeu_epi8(out + written, kWritten, bytes);
        read += kCharacters;
        written += kBytes;
    }
    return read;
}

}  // namespace qr::base64::kernels
