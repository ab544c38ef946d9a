#include "host/text/unicode.h"

#include <gtest/gtest.h>

namespace qr::unicode {
namespace {

// bert_words_test.cpp holds every character to the library; these are the rules in words.

TEST(Unicode, HasTheCategoriesOfUnicode8) {
    EXPECT_TRUE(is_punctuation(0x2E42));
    EXPECT_FALSE(is_punctuation(0x2E43));  // came with Unicode 9
    EXPECT_TRUE(is_nonspacing_mark(0x1734));
    EXPECT_FALSE(is_nonspacing_mark(0xA9BD));
    EXPECT_FALSE(is_control(0x8E2));
}

TEST(Unicode, CallsEverySignOfAsciiPunctuation) {
    EXPECT_TRUE(is_punctuation('$'));
    EXPECT_TRUE(is_punctuation('~'));
    EXPECT_FALSE(is_punctuation('7'));
    EXPECT_FALSE(is_punctuation(0x7F));
}

TEST(Unicode, DecomposesAsUnicode9Did) {
    const Sequence hangul = decompose(0xAC01);
    ASSERT_EQ(3U, hangul.size);
    EXPECT_EQ(char32_t{0x1100}, hangul.chars[0]);
    const Sequence later = decompose(0x11938);
    ASSERT_EQ(1U, later.size);
    EXPECT_EQ(char32_t{0x11938}, later.chars[0]);
    EXPECT_EQ(230, combining_class(0x301));
    EXPECT_EQ(0, combining_class(0x8D3));
}

TEST(Unicode, LowersAsUnicode17Does) {
    EXPECT_EQ(char32_t{0x10D70}, to_lower(0x10D50).chars[0]);
    EXPECT_EQ(char32_t{0x16EBB}, to_lower(0x16EA0).chars[0]);
    EXPECT_EQ(char32_t{0x264}, to_lower(0xA7CB).chars[0]);
    EXPECT_EQ(2U, to_lower(0x130).size);
}

TEST(Unicode, TellsAllThatACharacterNeedsInOneLook) {
    EXPECT_EQ(0, traits('a'));
    EXPECT_EQ(kLowers, traits('A'));
    EXPECT_EQ(kLowers | kDecomposes, traits(0xC9));
    EXPECT_EQ(kIdeograph | kDecomposes, traits(0x2F800));
    EXPECT_EQ(kWhiteSpace, traits(0x3000));
    EXPECT_EQ(kControl, traits(0xE000));
}

}  // namespace
}  // namespace qr::unicode
