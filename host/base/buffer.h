// Byte buffers that requests are read into, recycled so that a warm server touches no new page.
//
// A Buffer is 64-byte aligned and carries kPadding writable bytes behind its capacity, which SIMD
// parsers may read past the end of the data. The pool keeps freed buffers by power-of-two class up
// to `cached_bytes_max`; it is thread-safe and must outlive its buffers.
#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <vector>

namespace qr {

class BufferPool;

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
    BufferPool* pool_ = nullptr;
};

class BufferPool {
  public:
    explicit BufferPool(std::size_t cached_bytes_max) : cached_bytes_max_(cached_bytes_max) {}
    ~BufferPool();
    BufferPool(const BufferPool&) = delete;
    BufferPool& operator=(const BufferPool&) = delete;

    // A buffer of at least `capacity` bytes. Contents are undefined.
    Buffer take(std::size_t capacity);

    std::size_t cached_bytes() const;
    std::size_t lent_bytes() const;  // in buffers that are out now

  private:
    friend class Buffer;
    static constexpr int kClasses = 40;
    void give_back(std::byte* data, std::size_t capacity) noexcept;

    const std::size_t cached_bytes_max_;
    mutable std::mutex mutex_;
    std::array<std::vector<std::byte*>, kClasses> free_;  // by log2 of the capacity
    std::size_t cached_bytes_ = 0;
    std::size_t lent_bytes_ = 0;
};

}  // namespace qr
