// Words of plain ASCII at the speed of reading: where they end, and their letters lowered.
//
// It knows letters, digits, signs and white space; at anything else it stops, and bert_words.h goes
// on. Within ASCII that is all there is: accents, ideographs and lower case of two characters are
// not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace qr::ascii {

enum class ByteKind : std::uint8_t { letter, sign, white_space, other };

ByteKind kind(char byte);

enum class Letters : std::uint8_t { keep, lower };

// The letters and digits from `offset` on: how many, the first of them copied to `word`, which has
// room for `room` bytes and kOverrun more.
inline constexpr std::size_t kOverrun = 16;
std::size_t read_word(std::string_view text, std::size_t offset, Letters letters, char* word,
                      std::size_t room);

// Where the next white space of ASCII lies, or the end.
std::size_t find_white_space(std::string_view text, std::size_t offset);

}  // namespace qr::ascii
