#include "host/base/json_escape.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

std::string escaped(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

TEST(JsonEscape, LeavesPlainTextAndWellFormedUtf8Alone) {
    EXPECT_EQ("\"\"", escaped(""));
    EXPECT_EQ("\"plain /text\"", escaped("plain /text"));
    EXPECT_EQ("\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"",
              escaped("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"));
}

TEST(JsonEscape, EscapesQuotesBackslashesAndControls) {
    EXPECT_EQ(R"("a\"b\\c\n\r\t\u0000\u001f\u007f")",
              escaped(std::string_view("a\"b\\c\n\r\t\0\x1f\x7f", 11)));
}

TEST(JsonEscape, ReplacesWhatIsNoUtf8ByteByByte) {
    const std::string replacement = "\xef\xbf\xbd";
    EXPECT_EQ('"' + replacement + "a\"", escaped("\xff"
                                                 "a"));
    EXPECT_EQ('"' + replacement + replacement + '"', escaped("\xc0\xaf")) << "overlong";
    EXPECT_EQ('"' + replacement + replacement + replacement + '"', escaped("\xed\xa0\x80"))
        << "surrogate";
    EXPECT_EQ('"' + replacement + replacement + '"', escaped("\xe2\x82")) << "cut short";
    EXPECT_EQ('"' + replacement + replacement + replacement + replacement + '"',
              escaped("\xf4\x90\x80\x80"))
        << "beyond U+10FFFF";
}

}  // namespace
}  // namespace qr
