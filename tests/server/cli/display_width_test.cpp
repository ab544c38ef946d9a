#include "server/cli/display_width.h"

#include <gtest/gtest.h>

namespace qr::cli {
namespace {

TEST(DisplayWidth, CountsColumnsAndNotBytes) {
    EXPECT_EQ(display_width(""), 0u);
    EXPECT_EQ(display_width("abc"), 3u);
    EXPECT_EQ(display_width("\u00e9"), 1u);        // é
    EXPECT_EQ(display_width("e\u0301"), 1u);       // e and an accent that joins it
    EXPECT_EQ(display_width("\u65e5\u672c"), 4u);  // two wide characters
    EXPECT_EQ(display_width("\U0001f600"), 2u);    // an emoji
    EXPECT_EQ(display_width("\uff71"), 1u);        // a half-width one
    EXPECT_EQ(display_width("\xff"), 1u);          // shown as U+FFFD
}

TEST(DisplayWidth, CutsBetweenCharactersThatFit) {
    EXPECT_EQ(prefix_of_width("abc", 2), "ab");
    EXPECT_EQ(prefix_of_width("\u65e5\u672c", 3), "\u65e5");
    EXPECT_EQ(prefix_of_width("e\u0301x", 1), "e\u0301");
    EXPECT_EQ(prefix_of_width("abc", 9), "abc");
    EXPECT_EQ(prefix_of_width("\u65e5", 1), "");
}

}  // namespace
}  // namespace qr::cli
