// Slots and the bits that stand for them.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "host/collection/engine/collection_engine.h"

namespace qr {

inline constexpr std::size_t kMaskWordBits = 64;

inline bool is_set(const RowMask& mask, std::size_t slot) {
    const std::size_t word = slot / kMaskWordBits;
    return word < mask.size() && (mask[word] >> slot % kMaskWordBits & 1) != 0;
}

inline std::vector<Slot> slots_of(const RowMask& mask) {
    std::vector<Slot> slots;
    for (std::size_t word = 0; word < mask.size(); ++word) {
        for (std::uint64_t bits = mask[word]; bits != 0; bits &= bits - 1)
            slots.push_back(static_cast<Slot>(word * kMaskWordBits) +
                            static_cast<Slot>(std::countr_zero(bits)));
    }
    return slots;
}

struct BlockCount {
    std::size_t blocks = 0;     // with a row that counts
    std::size_t dead_rows = 0;  // in them, among the first `slots`
};
BlockCount count_blocks(const RowMask& alive, std::size_t slots);

// Rows of blocks that are half empty or emptier, beginning with the last block: moved together they
// leave blocks that no scan reads and nobody needs. At most `count_max` rows.
std::vector<Slot> rows_of_sparse_blocks(const RowMask& alive, std::size_t count_max);

}  // namespace qr
