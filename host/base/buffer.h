// Byte buffers that requests are read into, recycled so that a warm server touches no new page.
//
// A Buffer is 64-byte aligned and carries kPadding writable bytes behind its capacity, which SIMD
// parsers may read past the end of the data. The pool keeps freed buffers by power-of-two class up
// to `cached_bytes_max`; it is thread-safe. A buffer may outlive its pool: a device that hangs
// keeps the vectors of its batch for as long as it likes.
#pragma once

#include <cstddef>
#include <memory>

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
    std::shared_ptr<BufferShelf> shelf_;  // null: freed, not recycled
};

class BufferPool {
  public:
    explicit BufferPool(std::size_t cached_bytes_max);

    // A buffer of at least `capacity` bytes. Contents are undefined.
    Buffer take(std::size_t capacity);

    std::size_t cached_bytes() const;
    std::size_t lent_bytes() const;  // in buffers that are out now

  private:
    const std::shared_ptr<BufferShelf> shelf_;
};

}  // namespace qr
