#include "host/text/ascii_words.h"

#include <emmintrin.h>

#include <algorithm>
#include <bit>

namespace qr::ascii {
namespace {

constexpr std::size_t kLanes = 16;
static_assert(kOverrun >= kLanes);

__m128i is_below(__m128i bytes, char limit) {  // as unsigned
    const __m128i most = _mm_set1_epi8(static_cast<char>(limit - 1));
    return _mm_cmpeq_epi8(_mm_min_epu8(bytes, most), bytes);
}

struct Block {
    __m128i letters;    // lowered if so wished
    unsigned word = 0;  // a bit for each byte that is a letter or a digit
};

Block read_block(const char* bytes, Letters letters) {
    const __m128i read = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
    const __m128i lowered = _mm_or_si128(read, _mm_set1_epi8(0x20));
    const __m128i is_letter = is_below(_mm_sub_epi8(lowered, _mm_set1_epi8('a')), 26);
    const __m128i is_digit = is_below(_mm_sub_epi8(read, _mm_set1_epi8('0')), 10);
    const int word = _mm_movemask_epi8(_mm_or_si128(is_letter, is_digit));
    // A digit has that bit already.
    return {letters == Letters::lower ? lowered : read, static_cast<unsigned>(word)};
}

std::size_t read_tail(std::string_view text, std::size_t offset, Letters letters, char* word,
                      std::size_t room) {
    std::size_t size = 0;
    for (; offset + size < text.size(); ++size) {
        const char byte = text[offset + size];
        if (kind(byte) != ByteKind::letter) break;
        if (size < room)
            word[size] = letters == Letters::lower ? static_cast<char>(byte | 0x20) : byte;
    }
    return size;
}

}  // namespace

std::size_t read_word(std::string_view text, std::size_t offset, Letters letters, char* word,
                      std::size_t room) {
    std::size_t size = 0;
    while (text.size() - offset - size >= kLanes) {
        const Block block = read_block(text.data() + offset + size, letters);
        if (size < room) _mm_storeu_si128(reinterpret_cast<__m128i*>(word + size), block.letters);
        const auto run = static_cast<std::size_t>(std::countr_one(block.word));
        size += run;
        if (run < kLanes) return size;
    }
    const std::size_t left = room > size ? room - size : 0;
    return size + read_tail(text, offset + size, letters, word + std::min(size, room), left);
}

std::size_t find_white_space(std::string_view text, std::size_t offset) {
    while (offset < text.size() && kind(text[offset]) != ByteKind::white_space)
        ++offset;
    return offset;
}

}  // namespace qr::ascii
