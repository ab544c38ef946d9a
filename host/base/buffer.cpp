#include "host/base/buffer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "host/base/check.h"
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

// The buffers that wait to be taken again, and the counts.
class BufferShelf {
  public:
    explicit BufferShelf(std::size_t cached_bytes_max) : cached_bytes_max_(cached_bytes_max) {}
    ~BufferShelf();
    BufferShelf(const BufferShelf&) = delete;
    BufferShelf& operator=(const BufferShelf&) = delete;

    // Null where none of that class is there.
    std::byte* take(std::size_t capacity);
    void lend(std::size_t capacity) noexcept;
    void give_back(std::byte* data, std::size_t capacity) noexcept;
    std::size_t cached_bytes() const;
    std::size_t lent_bytes() const;

  private:
    static constexpr int kClasses = 40;

    const std::size_t cached_bytes_max_;
    mutable std::mutex mutex_;
    std::array<std::vector<std::byte*>, kClasses> free_;  // by log2 of the capacity
    std::size_t cached_bytes_ = 0;
    std::size_t lent_bytes_ = 0;
};

Buffer::Buffer(std::size_t capacity) : data_(allocate(capacity)), capacity_(capacity) {}

Buffer::Buffer(Buffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      capacity_(std::exchange(other.capacity_, 0)),
      shelf_(std::move(other.shelf_)),
      region_(std::move(other.region_)) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
    if (this != &other) {
        release();
        data_ = std::exchange(other.data_, nullptr);
        capacity_ = std::exchange(other.capacity_, 0);
        shelf_ = std::move(other.shelf_);
        region_ = std::move(other.region_);
    }
    return *this;
}

Buffer::~Buffer() {
    release();
}

void Buffer::release() noexcept {
    if (data_ == nullptr) return;
    if (region_ != nullptr) {
        region_->give_back({data_, capacity_ + kPadding});
    } else if (shelf_ != nullptr) {
        shelf_->give_back(data_, capacity_);
    } else {
        deallocate(data_);
    }
    data_ = nullptr;
}

BufferShelf::~BufferShelf() {
    for (auto& buffers : free_) {
        for (std::byte* data : buffers)
            deallocate(data);
    }
}

std::byte* BufferShelf::take(std::size_t capacity) {
    const std::lock_guard lock(mutex_);
    auto& buffers = free_.at(class_of(capacity));
    if (buffers.empty()) return nullptr;
    std::byte* const data = buffers.back();
    buffers.pop_back();
    cached_bytes_ -= capacity;
    return data;
}

void BufferShelf::lend(std::size_t capacity) noexcept {
    const std::lock_guard lock(mutex_);
    lent_bytes_ += capacity;
}

void BufferShelf::give_back(std::byte* data, std::size_t capacity) noexcept {
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

std::size_t BufferShelf::cached_bytes() const {
    const std::lock_guard lock(mutex_);
    return cached_bytes_;
}

std::size_t BufferShelf::lent_bytes() const {
    const std::lock_guard lock(mutex_);
    return lent_bytes_;
}

BufferPool::BufferPool(std::size_t cached_bytes_max)
    : shelf_(std::make_shared<BufferShelf>(cached_bytes_max)) {}

void BufferPool::stage_in(std::span<std::byte> bytes, std::shared_ptr<const void> keeps) {
    QR_CHECK(!has_region_.load());
    region_ = std::make_shared<StagingRegion>(bytes, std::move(keeps));
    has_region_.store(true, std::memory_order_release);
}

// The padding is part of the block: the next one's bytes are somebody else's.
Buffer BufferPool::take_staged(std::size_t capacity) const {
    Buffer buffer;
    const std::span<std::byte> block = region_->take(capacity + Buffer::kPadding);
    if (block.empty()) return buffer;
    buffer.data_ = block.data();
    buffer.capacity_ = block.size() - Buffer::kPadding;
    buffer.region_ = region_;
    return buffer;
}

Buffer BufferPool::take(std::size_t capacity, BufferUse use) {
    if (use == BufferUse::vectors && capacity >= kStagedBytesMin &&
        has_region_.load(std::memory_order_acquire)) {
        Buffer staged = take_staged(capacity);
        if (staged.data() != nullptr) return staged;
    }
    const std::size_t rounded = std::bit_ceil(std::max(capacity, kSmallest));
    Buffer buffer;
    buffer.capacity_ = rounded;
    buffer.data_ = shelf_->take(rounded);
    if (buffer.data_ == nullptr) buffer.data_ = allocate(rounded);
    shelf_->lend(rounded);
    buffer.shelf_ = shelf_;
    return buffer;
}

std::size_t BufferPool::cached_bytes() const {
    return shelf_->cached_bytes();
}

std::size_t BufferPool::lent_bytes() const {
    return shelf_->lent_bytes() + staging().lent_bytes;
}

StagingFigures BufferPool::staging() const {
    if (!has_region_.load(std::memory_order_acquire)) return {};
    return region_->figures();
}

}  // namespace qr
