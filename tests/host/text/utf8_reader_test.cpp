#include "host/text/utf8_reader.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

TEST(Utf8Reader, ReadsWhatItWrote) {
    for (char32_t c = 0; c < 0x110000; c += c < 0x3000 ? 1 : 0x101) {
        if (c >= 0xD800 && c < 0xE000) continue;
        std::string text;
        append_utf8(c, text);
        std::size_t offset = 0;
        EXPECT_EQ(c, next_char(text, offset));
        EXPECT_EQ(text.size(), offset);
    }
}

TEST(Utf8Reader, ReadsEachByteThatFitsNowhereAsAReplacement) {
    const std::string text = "\xC3(\xE2\x82";
    std::size_t offset = 0;
    EXPECT_EQ(char32_t{0xFFFD}, next_char(text, offset));
    EXPECT_EQ(1U, offset);
    EXPECT_EQ(char32_t{'('}, next_char(text, offset));
    EXPECT_EQ(4U, count_chars(text));
}

TEST(Utf8Reader, CountsCharactersAndNotBytes) {
    EXPECT_EQ(0U, count_chars(""));
    EXPECT_EQ(4U, count_chars("aé字👍"));
}

}  // namespace
}  // namespace qr
