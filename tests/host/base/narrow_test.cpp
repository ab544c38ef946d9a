#include "host/base/narrow.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace qr {
namespace {

TEST(Narrow, KeepsAValueThatFits) {
    EXPECT_EQ(255, narrow<std::uint8_t>(255));
    EXPECT_EQ(-128, narrow<std::int8_t>(-128LL));
    EXPECT_EQ(7U, narrow<std::size_t>(7));
}

TEST(NarrowDeathTest, AbortsOnAValueThatDoesNot) {
    EXPECT_DEATH(static_cast<void>(narrow<std::uint8_t>(256)), "check failed");
    EXPECT_DEATH(static_cast<void>(narrow<std::uint32_t>(-1)), "check failed");
    EXPECT_DEATH(static_cast<void>(narrow<std::int32_t>(3'000'000'000U)), "check failed");
}

}  // namespace
}  // namespace qr
