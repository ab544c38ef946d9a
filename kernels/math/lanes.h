// The order in which every inner product of the product is summed: 32 lanes, then a tree.
//
// Component i is added to lane i mod 32, in ascending i; then lane j takes lane j+16, j+8, j+4,
// j+2, j+1. The factors are float32, so each product is exact in double and only the additions
// round: any instruction set, with or without FMA, and one warp of a GPU give the same bits. Zero
// padding is harmless (a lane that starts at +0 never becomes -0), so the last group may be masked
// or skipped.
#pragma once

#include <array>
#include <cstddef>

namespace qr::math {

inline constexpr std::size_t kLanes = 32;

// For hosts; a device adds the same tree by shuffles (kernels/row_lanes.cuh).
inline double sum_lanes(std::array<double, kLanes> lanes) {
    for (std::size_t width = kLanes / 2; width > 0; width /= 2) {
        for (std::size_t j = 0; j < width; ++j)
            lanes[j] += lanes[j + width];
    }
    return lanes[0];
}

}  // namespace qr::math
