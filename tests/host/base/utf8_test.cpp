#include "host/base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace qr {
namespace {

TEST(Utf8, TakesWholeCharactersOfEveryLength) {
    const std::string_view text = "a\u00e9\u20ac\U0001F600";
    EXPECT_EQ(text.size(), 10U);
    EXPECT_EQ(valid_utf8_prefix(text), 10U);
}

TEST(Utf8, StopsBeforeACharacterThatIsCut) {
    EXPECT_EQ(valid_utf8_prefix("ab\xE2\x82"), 2U);
    EXPECT_EQ(valid_utf8_prefix("\xF0\x9F\x98"), 0U);
}

TEST(Utf8, RefusesOverlongFormsSurrogatesAndBeyondUnicode) {
    for (const std::string_view wrong :
         {"\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\x80", "\xFF", "\xE2\x28\xA1"}) {
        EXPECT_EQ(valid_utf8_prefix(wrong), 0U) << testing::PrintToString(std::string(wrong));
    }
}

TEST(Utf8, TakesTheEdgesOfEachRange) {
    for (const std::string_view right : {"\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
                                         "\xEE\x80\x80", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
        EXPECT_EQ(valid_utf8_prefix(right), right.size());
    }
}

}  // namespace
}  // namespace qr
