// base64 by AVX2: 32 characters to 24 bytes, the translation by two nibble look-ups.
//
// After W. Mula and D. Lemire, "Faster Base64 Encoding and Decoding Using AVX2 Instructions", 2018;
// the tables are computed here from the alphabet.
#include <immintrin.h>

#include "host/encoding/base64_kernels.h"

namespace qr::base64::kernels {
namespace {

struct alignas(32) Bytes32 {
    unsigned char at[32];  // the same 16 entries twice: vpshufb looks up within 128-bit halves
};

// Rows of the ASCII table that hold alphabet characters are 2..7; rows 4, 6 and 5, 7 look alike.
// Each look gets a bit; all other rows share the last one.
consteval unsigned char bit_of_row(int row) {
    if (row < 2 || row > 7) return 0x10;
    if (row == 2) return 0x01;
    if (row == 3) return 0x02;
    return row % 2 == 0 ? 0x04 : 0x08;
}

consteval Bytes32 row_bits() {
    Bytes32 table{};
    for (int row = 0; row < 16; ++row)
        table.at[row] = table.at[row + 16] = bit_of_row(row);
    return table;
}

// For a low nibble, the rows in which it is no character of the alphabet.
consteval Bytes32 foreign_rows() {
    Bytes32 table{};
    for (int column = 0; column < 16; ++column) {
        unsigned char rows = bit_of_row(0);
        for (int row = 2; row < 8; ++row) {
            if (value_of(row * 16 + column) == kForeign)
                rows = static_cast<unsigned char>(rows | bit_of_row(row));
        }
        table.at[column] = table.at[column + 16] = rows;
    }
    return table;
}

// What to add to a character of a row to get its value. Row 2 holds '+' and '/', which differ: the
// entry of '/' stands at row 1, which the caller reaches by adding a comparison's -1.
consteval Bytes32 offsets() {
    constexpr int kFirst[16] = {0, '/', '+', '0', 'A', 'P', 'a', 'p'};
    Bytes32 table{};
    for (int row = 1; row < 8; ++row) {
        const int offset = value_of(kFirst[row]) - kFirst[row];
        table.at[row] = table.at[row + 16] = static_cast<unsigned char>(offset & 0xFF);
    }
    return table;
}

// Per 128-bit half: three bytes of each 32-bit lane in order, then four spare ones.
consteval Bytes32 three_of_four() {
    Bytes32 order{};
    for (int half = 0; half < 2; ++half) {
        for (int byte = 0; byte < 12; ++byte)
            order.at[half * 16 + byte] = static_cast<unsigned char>(byte / 3 * 4 + 2 - byte % 3);
        for (int spare = 12; spare < 16; ++spare)
            order.at[half * 16 + spare] = 0x80;
    }
    return order;
}

constexpr Bytes32 kRowBits = row_bits();
constexpr Bytes32 kForeignRows = foreign_rows();
constexpr Bytes32 kOffsets = offsets();
constexpr Bytes32 kThreeOfFour = three_of_four();
constexpr std::size_t kCharacters = 32;
constexpr std::size_t kBytes = 24;
constexpr std::size_t kStored = 32;  // a whole register: 8 bytes more than it decodes

__m256i load(const Bytes32& table) {
    return _mm256_load_si256(reinterpret_cast<const __m256i*>(table.at));
}

}  // namespace

std::size_t decode_avx2(const char* text, std::size_t size, std::byte* out, std::size_t room) {
    const __m256i row_bit = load(kRowBits);
    const __m256i foreign = load(kForeignRows);
    const __m256i offset = load(kOffsets);
    const __m256i order = load(kThreeOfFour);
    const __m256i nibble = _mm256_set1_epi8(0x0F);
    const __m256i slash = _mm256_set1_epi8('/');
    const __m256i to_12_bits = _mm256_set1_epi32(0x01400140);  // a * 64 + b
    const __m256i to_24_bits = _mm256_set1_epi32(0x00011000);  // ab * 4096 + cd
    const __m256i join_halves = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7);
    std::size_t read = 0;
    std::size_t written = 0;
    while (size - read >= kCharacters && room - written >= kStored) {
        const __m256i characters =
            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + read));
        const __m256i row = _mm256_and_si256(_mm256_srli_epi32(characters, 4), nibble);
        const __m256i column = _mm256_and_si256(characters, nibble);
        const __m256i bad = _mm256_and_si256(_mm256_shuffle_epi8(row_bit, row),
                                             _mm256_shuffle_epi8(foreign, column));
        if (!_mm256_testz_si256(bad, bad)) break;
        const __m256i is_slash = _mm256_cmpeq_epi8(characters, slash);
        const __m256i values = _mm256_add_epi8(
            characters, _mm256_shuffle_epi8(offset, _mm256_add_epi8(row, is_slash)));
        const __m256i pairs = _mm256_maddubs_epi16(values, to_12_bits);
        const __m256i groups = _mm256_madd_epi16(pairs, to_24_bits);
        const __m256i halves = _mm256_shuffle_epi8(groups, order);
        const __m256i bytes = _mm256_permutevar8x32_epi32(halves, join_halves);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + written), bytes);
        read += kCharacters;
        written += kBytes;
    }
    return read;
}

}  // namespace qr::base64::kernels
