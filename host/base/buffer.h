// Byte buffers that requests are read into, recycled so that a warm server touches no new page.
//
// A Buffer is 64-byte aligned and carries kPadding writable bytes behind its capacity, which SIMD
// parsers may read past the end of the data. The pool keeps freed buffers by power-of-two class up
// to `cached_bytes_max`; it is thread-safe. Once a device offers staging memory, buffers for
// vectors lie there as long as there is room, so that they travel without another copy; what they
// lie in makes no other difference. A buffer may outlive its pool: a device that hangs keeps the
// vectors of its batch for as long as it likes.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "host/base/staging_region.h"

namespace qr {

class BufferShelf;

class Buffer {
  public:
    static constexpr std::size_t kAlignment = 64;
    static constexpr std::size_t kPadding = 64;

    Buffer() = default;
    // A buffer of its own, freed and not recycled. Contents are undefined.
    explicit Buffer(std::size_t capacity);
    Buffer(Buffer&& other) noexcept;
    Buffer& operator=(Buffer&& other) noexcept;
    ~Buffer();

    std::byte* data() { return data_; }
    const std::byte* data() const { return data_; }
    std::size_t capacity() const { return capacity_; }  // bytes, without the padding

  private:
    friend class BufferPool;
    void release() noexcept;

    std::byte* data_ = nullptr;
    std::size_t capacity_ = 0;
    std::shared_ptr<BufferShelf> shelf_;     // null: freed, not recycled, unless...
    std::shared_ptr<StagingRegion> region_;  // ...it is a block of this
};

// What will be read into a buffer.
enum class BufferUse : std::uint8_t {
    text,
    vectors,  // as they travel to a device
};

class BufferPool {
  public:
    // Of staging memory; what is smaller is quickly copied, and would waste most of a block.
    static constexpr std::size_t kStagedBytesMin = StagingRegion::kBlockBytesMin / 2;

    explicit BufferPool(std::size_t cached_bytes_max);

    // Vectors lie in that memory from now on, as long as there is room; see StagingRegion. Once,
    // from any thread.
    void stage_in(std::span<std::byte> bytes, std::shared_ptr<const void> keeps);

    // A buffer of at least `capacity` bytes. Contents are undefined.
    Buffer take(std::size_t capacity, BufferUse use = BufferUse::text);

    std::size_t cached_bytes() const;
    std::size_t lent_bytes() const;  // in buffers that are out now, staged ones included
    StagingFigures staging() const;

  private:
    Buffer take_staged(std::size_t capacity) const;

    const std::shared_ptr<BufferShelf> shelf_;
    std::shared_ptr<StagingRegion> region_;  // written before...
    std::atomic<bool> has_region_{false};    // ...this, and never again
};

}  // namespace qr
