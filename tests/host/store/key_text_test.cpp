#include "host/store/key_text.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

TEST(KeyText, ShowsPrintableBytesAsTheyAre) {
    EXPECT_EQ(key_text("c/12 ~"), "c/12 ~");
    EXPECT_EQ(key_text(std::string_view("\0\xff\n\\", 4)), "\\x00\\xff\\x0a\\x5c");
    EXPECT_EQ(key_text(std::string(65, 'k')), std::string(64, 'k') + "...");
}

TEST(BehindPrefix, IsTheFirstKeyThatDoesNotBeginWithIt) {
    EXPECT_EQ(behind_prefix("ab"), "ac");
    EXPECT_EQ(behind_prefix("a\xff\xff"), "b");
    EXPECT_EQ(behind_prefix("\xff"), "");
    EXPECT_EQ(behind_prefix(""), "");
}

}  // namespace
}  // namespace qr
