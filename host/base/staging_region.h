// Lends blocks out of one fixed piece of memory that a device reads without a copy.
//
// Buddies: blocks are powers of two, a free one is split in halves until it fits, and two free
// halves are joined again; what was lent and given back leaves the region whole. Bookkeeping lies
// outside the memory and is made once: to take and to give back allocate nothing, and take some
// ten steps under a lock. A region that has no block left says so; who asked then takes other
// memory. Thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace qr {

struct StagingFigures {
    std::size_t bytes = 0;       // of the region
    std::size_t lent_bytes = 0;  // in blocks that are out now
    std::uint64_t misses = 0;    // asked for while no free block was large enough
};

class StagingRegion {
  public:
    // Smaller blocks would hold batches that no device is worth its while for.
    static constexpr std::size_t kBlockBytesMin = std::size_t{64} << 10;

    // `bytes` begins on a page and lives as long as `keeps`; its rest beyond the last whole
    // smallest block is not lent.
    StagingRegion(std::span<std::byte> bytes, std::shared_ptr<const void> keeps);
    StagingRegion(const StagingRegion&) = delete;
    StagingRegion& operator=(const StagingRegion&) = delete;

    // A block of at least that size, aligned to kBlockBytesMin from the region's beginning; empty
    // when there is none. Contents are undefined.
    std::span<std::byte> take(std::size_t bytes) noexcept;
    // As it was taken.
    void give_back(std::span<std::byte> block) noexcept;

    StagingFigures figures() const;

  private:
    // Blocks are named by their first leaf, which is of kBlockBytesMin; a block of order n has 2^n.
    using Leaf = std::uint32_t;
    static constexpr Leaf kNone = UINT32_MAX;
    static constexpr std::size_t kOrders = 32;
    static constexpr std::uint8_t kNotFree = 255;
    struct Links {
        Leaf before = kNone;
        Leaf after = kNone;
        std::uint8_t order = kNotFree;  // of the free block that begins here
    };

    bool is_free(std::size_t leaf, std::size_t order) const;
    void enlist(std::size_t leaf, std::size_t order);
    void delist(std::size_t leaf);

    const std::span<std::byte> bytes_;
    const std::shared_ptr<const void> keeps_;
    mutable std::mutex mutex_;
    std::vector<Links> leaves_;
    std::array<Leaf, kOrders> first_free_;
    std::size_t lent_bytes_ = 0;
    std::uint64_t misses_ = 0;
};

}  // namespace qr
