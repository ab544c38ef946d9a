// The insertion numbers of a table's slots, in the host's memory: they break ties there.
//
// Blocks that are never moved: a copy of the list of them reads on while a writer adds blocks and
// fills slots that the copy's owner has no row in.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "host/collection/engine/collection_engine.h"

namespace qr::cuda {

class RowNumbers {
  public:
    std::uint64_t of(Slot slot) const { return (*blocks_[slot / kBlockSlots])[slot % kBlockSlots]; }

    void reserve(std::size_t slots) {
        while (blocks_.size() * kBlockSlots < slots)
            blocks_.push_back(std::make_shared<Block>());
    }
    void set(Slot slot, std::uint64_t number) {
        (*blocks_[slot / kBlockSlots])[slot % kBlockSlots] = number;
    }

  private:
    static constexpr std::size_t kBlockSlots = 4096;
    using Block = std::array<std::uint64_t, kBlockSlots>;

    std::vector<std::shared_ptr<Block>> blocks_;
};

}  // namespace qr::cuda
