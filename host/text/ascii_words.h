// Words of plain ASCII at the speed of reading: where they end, and their letters lowered.
//
// It knows letters, digits, signs and white space; at anything else it stops, and bert_words.h goes
// on. Within ASCII that is all there is: accents, ideographs and lower case of two characters are
// not.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace qr::ascii {

enum class ByteKind : std::uint8_t { letter, sign, white_space, other };

constexpr ByteKind classify(char byte) {
    const auto is_between = [byte](char first, char last) { return byte >= first && byte <= last; };
    if (byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r') return ByteKind::white_space;
    if (is_between('0', '9') || is_between('A', 'Z') || is_between('a', 'z'))
        return ByteKind::letter;
    return is_between('!', '~') ? ByteKind::sign : ByteKind::other;
}

inline constexpr std::array<ByteKind, 256> kKinds = [] {
    std::array<ByteKind, 256> kinds{};
    for (unsigned byte = 0; byte < kinds.size(); ++byte)
        kinds[byte] = classify(static_cast<char>(byte));
    return kinds;
}();

inline ByteKind kind(char byte) {
    return kKinds[static_cast<unsigned char>(byte)];
}

enum class Letters : std::uint8_t { keep, lower };

// The letters and digits from `offset` on: how many, the first of them copied to `word`, which has
// room for `room` bytes and kOverrun more.
inline constexpr std::size_t kOverrun = 16;
std::size_t read_word(std::string_view text, std::size_t offset, Letters letters, char* word,
                      std::size_t room);

// Where the next white space of ASCII lies, or the end.
std::size_t find_white_space(std::string_view text, std::size_t offset);

}  // namespace qr::ascii
