#include "host/collection/row_mask.h"

#include <algorithm>

namespace qr {
namespace {

static_assert(kMaskWordBits % kBlockRows == 0 && kBlockRows == 32);

std::uint32_t block_bits(const RowMask& alive, std::size_t block) {
    const std::size_t first = block * kBlockRows;
    return static_cast<std::uint32_t>(alive[first / kMaskWordBits] >> first % kMaskWordBits);
}

std::size_t blocks_of(const RowMask& alive) {
    return alive.size() * kMaskWordBits / kBlockRows;
}

}  // namespace

BlockCount count_blocks(const RowMask& alive, std::size_t slots) {
    BlockCount count;
    for (std::size_t block = 0; block < blocks_of(alive); ++block) {
        const auto rows = static_cast<std::size_t>(std::popcount(block_bits(alive, block)));
        if (rows == 0) continue;
        ++count.blocks;
        count.dead_rows += std::min(kBlockRows, slots - block * kBlockRows) - rows;
    }
    return count;
}

std::vector<Slot> rows_of_sparse_blocks(const RowMask& alive, std::size_t count_max) {
    std::vector<Slot> rows;
    for (std::size_t block = blocks_of(alive); block-- > 0;) {
        const std::uint32_t bits = block_bits(alive, block);
        const auto count = static_cast<std::size_t>(std::popcount(bits));
        if (count == 0 || count > kBlockRows / 2) continue;
        if (rows.size() + count > count_max) break;
        for (std::uint32_t rest = bits; rest != 0; rest &= rest - 1)
            rows.push_back(static_cast<Slot>(block * kBlockRows) +
                           static_cast<Slot>(std::countr_zero(rest)));
    }
    return rows;
}

}  // namespace qr
