// The memory of a table's blocks: slabs of pages from the system, each twice the one before, with
// the scanned parts of its blocks in one row and their truths behind.
//
// Blocks are given out by ascending address, so a scan of a table that was filled at a stretch
// reads consecutive memory, on large pages. Counted are blocks that were ever used; a slab without
// one in use goes back to the system, but for the newest. One thread takes and gives back; bytes()
// from any. Lives as long as any view of its blocks.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "host/collection/engine/cpu/block.h"
#include "host/collection/engine/memory_budget.h"

namespace qr::cpu {

inline constexpr std::size_t kSlabBytesMin = std::size_t{256} << 10;
inline constexpr std::size_t kSlabBytesMax = std::size_t{64} << 20;  // or one block
inline constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;

class Slabs {
  public:
    Slabs(const BlockShape& shape, std::shared_ptr<MemoryBudget> budget);
    ~Slabs();
    Slabs(const Slabs&) = delete;
    Slabs& operator=(const Slabs&) = delete;

    // So many blocks, or none at all when memory or budget do not suffice. Contents are undefined.
    std::optional<std::vector<BlockPlace>> take(std::size_t count);
    void give_back(const BlockPlace& place);

    std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

  private:
    struct Slab {
        std::byte* data = nullptr;  // null: gone
        std::size_t bytes = 0;
        std::size_t blocks = 0;
        std::size_t touched = 0;  // the first so many were used once
        std::size_t in_use = 0;
    };
    using BlockName = std::pair<std::size_t, std::size_t>;  // slab, index in it

    std::optional<BlockName> take_one();
    bool add_slab();
    void remove(std::size_t slab);
    BlockPlace place_of(const BlockName& name) const;
    BlockName name_of(const BlockPlace& place) const;

    const BlockShape shape_;
    const std::shared_ptr<MemoryBudget> budget_;
    std::vector<Slab> slabs_;
    std::set<BlockName> free_;  // touched and not in use
    std::atomic<std::size_t> bytes_{0};
};

}  // namespace qr::cpu
