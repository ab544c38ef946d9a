#include "host/base/buffer.h"

#include <algorithm>
#include <bit>
#include <new>
#include <utility>

#include "host/base/narrow.h"

namespace qr {
namespace {

constexpr std::size_t kSmallest = 4096;

std::byte* allocate(std::size_t capacity) {
    return static_cast<std::byte*>(
        ::operator new (capacity + Buffer::kPadding, std::align_val_t{Buffer::kAlignment}));
}

void deallocate(std::byte* data) noexcept {
    ::operator delete (data, std::align_val_t{Buffer::kAlignment});
}

std::size_t class_of(std::size_t capacity) {
    return narrow<std::size_t>(std::countr_zero(capacity));
}

}  // namespace

Buffer::Buffer(std::size_t capacity) : data_(allocate(capacity)), capacity_(capacity) {}

Buffer::Buffer(Buffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      capacity_(std::exchange(other.capacity_, 0)),
      pool_(std::exchange(other.pool_, nullptr)) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
    if (this != &other) {
        release();
        data_ = std::exchange(other.data_, nullptr);
        capacity_ = std::exchange(other.capacity_, 0);
        pool_ = std::exchange(other.pool_, nullptr);
    }
    return *this;
}

Buffer::~Buffer() {
    release();
}

void Buffer::release() noexcept {
    if (data_ == nullptr) return;
    if (pool_ != nullptr) {
        pool_->give_back(data_, capacity_);
    } else {
        deallocate(data_);
    }
    data_ = nullptr;
}

BufferPool::~BufferPool() {
    for (auto& buffers : free_) {
        for (std::byte* data : buffers)
            deallocate(data);
    }
}

Buffer BufferPool::take(std::size_t capacity) {
    const std::size_t rounded = std::bit_ceil(std::max(capacity, kSmallest));
    Buffer buffer;
    buffer.capacity_ = rounded;
    buffer.pool_ = this;
    {
        const std::lock_guard lock(mutex_);
        lent_bytes_ += rounded;
        auto& buffers = free_.at(class_of(rounded));
        if (!buffers.empty()) {
            buffer.data_ = buffers.back();
            buffers.pop_back();
            cached_bytes_ -= rounded;
        }
    }
    if (buffer.data_ == nullptr) buffer.data_ = allocate(rounded);
    return buffer;
}

void BufferPool::give_back(std::byte* data, std::size_t capacity) noexcept {
    {
        const std::lock_guard lock(mutex_);
        lent_bytes_ -= capacity;
        auto& buffers = free_[class_of(capacity)];
        if (cached_bytes_ + capacity <= cached_bytes_max_) {
            try {
                buffers.push_back(data);
                cached_bytes_ += capacity;
                return;
            } catch (const std::bad_alloc&) {
                // Fall through: without room in the list the buffer is freed.
            }
        }
    }
    deallocate(data);
}

std::size_t BufferPool::cached_bytes() const {
    const std::lock_guard lock(mutex_);
    return cached_bytes_;
}

std::size_t BufferPool::lent_bytes() const {
    const std::lock_guard lock(mutex_);
    return lent_bytes_;
}

}  // namespace qr
