#include "perf/inputs/base64_text.h"

#include <gtest/gtest.h>

#include <string_view>

namespace qr::perf {
namespace {

std::string encoded(std::string_view text) {
    return base64_text(std::as_bytes(std::span(text)));
}

// Expected values: RFC 4648, section 10.
TEST(Base64Text, EncodesTheVectorsOfTheRfc) {
    EXPECT_EQ("", encoded(""));
    EXPECT_EQ("Zg==", encoded("f"));
    EXPECT_EQ("Zm8=", encoded("fo"));
    EXPECT_EQ("Zm9v", encoded("foo"));
    EXPECT_EQ("Zm9vYg==", encoded("foob"));
    EXPECT_EQ("Zm9vYmE=", encoded("fooba"));
    EXPECT_EQ("Zm9vYmFy", encoded("foobar"));
}

TEST(Base64Text, UsesTheStandardAlphabet) {
    EXPECT_EQ("+/8=", encoded("\xFB\xFF"));
}

}  // namespace
}  // namespace qr::perf
