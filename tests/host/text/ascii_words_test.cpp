#include "host/text/ascii_words.h"

#include <gtest/gtest.h>

#include <string>

namespace qr::ascii {
namespace {

constexpr std::size_t kRoom = 40;

std::string read(std::string_view text, std::size_t offset, Letters letters = Letters::lower) {
    std::string word(kRoom + kOverrun, '?');
    const std::size_t size = read_word(text, offset, letters, word.data(), kRoom);
    return word.substr(0, std::min(size, kRoom));
}

TEST(AsciiWords, EndAtWhatIsNoLetterAndNoDigit) {
    for (int byte = 0; byte < 256; ++byte) {
        const char last = static_cast<char>(byte);
        const bool is_letter = kind(last) == ByteKind::letter;
        // Before the end of the text, and with enough behind it to be read in one block.
        for (const std::string& rest : {std::string(), std::string(20, ' ')}) {
            const std::string text = std::string("Ab9") + last + rest;
            EXPECT_EQ(is_letter ? 4U : 3U, read(text, 0).size()) << byte;
        }
    }
}

TEST(AsciiWords, AreLoweredIfSoWished) {
    EXPECT_EQ("azaz09", read("AZaz09 " + std::string(20, ' '), 0));
    EXPECT_EQ("azaz09", read("AZaz09", 0));
    EXPECT_EQ("AZaz09", read("AZaz09 " + std::string(20, ' '), 0, Letters::keep));
}

TEST(AsciiWords, BeginAnywhereAndMayBeOfAnySize) {
    for (std::size_t size = 0; size < 3 * kRoom; ++size) {
        const std::string text = "--" + std::string(size, 'X') + "- " + std::string(size, ' ');
        std::string word(kRoom + kOverrun, '?');
        EXPECT_EQ(size, read_word(text, 2, Letters::lower, word.data(), kRoom));
        EXPECT_EQ(std::string(std::min(size, kRoom), 'x'), word.substr(0, std::min(size, kRoom)));
    }
}

TEST(AsciiWords, KnowSignsAndWhiteSpace) {
    EXPECT_EQ(ByteKind::sign, kind('~'));
    EXPECT_EQ(ByteKind::white_space, kind('\r'));
    EXPECT_EQ(ByteKind::other, kind('\0'));
    EXPECT_EQ(ByteKind::other, kind('\x7F'));
    EXPECT_EQ(ByteKind::other, kind('\xC3'));
    EXPECT_EQ(2U, find_white_space("ab c", 0));
    EXPECT_EQ(4U, find_white_space("ab c", 3));
}

}  // namespace
}  // namespace qr::ascii
