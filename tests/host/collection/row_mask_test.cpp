#include "host/collection/row_mask.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

TEST(RowMask, TellsSlotsInTheirOrder) {
    const RowMask mask = {std::uint64_t{1} << 63 | 1, 0, 0b10};
    EXPECT_EQ(slots_of(mask), (std::vector<Slot>{0, 63, 129}));
    EXPECT_TRUE(is_set(mask, 129));
    EXPECT_FALSE(is_set(mask, 130));
    EXPECT_FALSE(is_set(mask, 100'000));
}

TEST(RowMask, CountsDeadRowsOfBlocksInUseAlone) {
    // Blocks: full, empty, one row of 32, and the last with 3 of the 4 slots there are.
    const RowMask mask = {0xFFFFFFFF, std::uint64_t{0b111} << 32 | 1};
    const BlockCount count = count_blocks(mask, 100);
    EXPECT_EQ(count.blocks, 3U);
    EXPECT_EQ(count.dead_rows, 31U + 1U);
    EXPECT_EQ(count_blocks({}, 0).blocks, 0U);
}

TEST(RowMask, NamesRowsOfHalfEmptyBlocksFromTheEnd) {
    const RowMask mask = {std::uint64_t{0x0000FFFF} << 32 | 0x0001FFFF, 0b11};
    std::vector<Slot> expected = {64, 65};
    for (Slot slot = 32; slot < 48; ++slot)
        expected.push_back(slot);
    EXPECT_EQ(rows_of_sparse_blocks(mask, 100), expected);
    EXPECT_EQ(rows_of_sparse_blocks(mask, 5), (std::vector<Slot>{64, 65}));
}

}  // namespace
}  // namespace qr
