#include "kernels/math/lanes.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>

namespace qr::math {
namespace {

TEST(Lanes, SumThirtyTwoLanes) {
    std::array<double, kLanes> lanes{};
    for (std::size_t j = 0; j < kLanes; ++j)
        lanes[j] = static_cast<double>(j);
    EXPECT_EQ(496.0, sum_lanes(lanes));
}

TEST(Lanes, AddAsATree) {
    std::array<double, kLanes> lanes{};
    lanes[0] = 0x1p60;
    lanes[1] = 1;
    lanes[16] = -0x1p60;  // meets lane 0 first, so the 1 survives
    EXPECT_EQ(1.0, sum_lanes(lanes));
    lanes[16] = 0;
    lanes[17] = -0x1p60;  // meets lane 1 first and swallows it
    EXPECT_EQ(0.0, sum_lanes(lanes));
}

}  // namespace
}  // namespace qr::math
