// The bytes that an engine's tables may take together. Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>

namespace qr {

class MemoryBudget {
  public:
    explicit MemoryBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}  // 0: no limit

    std::size_t bytes_max() const { return bytes_max_; }
    std::size_t taken() const { return taken_.load(std::memory_order_relaxed); }

    // All or nothing.
    bool take(std::size_t bytes) {
        std::size_t taken = taken_.load(std::memory_order_relaxed);
        do {
            if (bytes_max_ != 0 && (taken > bytes_max_ || bytes > bytes_max_ - taken)) return false;
        } while (!taken_.compare_exchange_weak(taken, taken + bytes, std::memory_order_relaxed));
        return true;
    }
    void give_back(std::size_t bytes) { taken_.fetch_sub(bytes, std::memory_order_relaxed); }

  private:
    const std::size_t bytes_max_;
    std::atomic<std::size_t> taken_{0};
};

}  // namespace qr
