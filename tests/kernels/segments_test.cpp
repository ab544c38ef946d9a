#include "kernels/segments.h"

#include <gtest/gtest.h>

namespace qr::device {
namespace {

constexpr SegmentSizes kSizes = {.first_bits = 3, .last_bits = 5};

TEST(Segments, DoubleTheTableUntilTheyAreLarge) {
    const std::size_t expected[] = {8, 8, 16, 32, 32, 32};
    for (unsigned segment = 0; segment < 6; ++segment)
        EXPECT_EQ(expected[segment], rows_of(kSizes, segment)) << segment;
}

TEST(Segments, HoldEveryRowOnceInItsOrder) {
    for (const SegmentSizes& sizes : {kSizes, SegmentSizes{4, 4}, SegmentSizes{0, 6}}) {
        unsigned row = 0;
        for (unsigned segment = 0; segment < 12; ++segment) {
            EXPECT_EQ(row, first_row_of(sizes, segment));
            for (unsigned i = 0; i < rows_of(sizes, segment); ++i)
                EXPECT_EQ((SegmentPlace{segment, i}), place_of(sizes, row++));
        }
    }
}

TEST(Segments, ReachTheLastRowThatANumberCanName) {
    const SegmentPlace last = place_of({.first_bits = 13, .last_bits = 17}, 0xFFFFFFFFU);
    EXPECT_EQ((SegmentPlace{4 + 32767, (1U << 17) - 1}), last);
    EXPECT_EQ((SegmentPlace{1, (1U << 31) - 1}),
              place_of({.first_bits = 31, .last_bits = 31}, 0xFFFFFFFFU));
}

}  // namespace
}  // namespace qr::device
