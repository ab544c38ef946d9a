// Lets callers in one at a time, in the order they came.
//
// A std::mutex would do but for one thing: a lane that scores batch after batch takes it again
// before the one it woke has run, so that a canary could wait for many batches instead of one.
#pragma once

#include <atomic>
#include <cstdint>

namespace qr::cpu {

class Turns {
  public:
    // For std::lock_guard.
    void lock() noexcept {
        const std::uint32_t mine = taken_.fetch_add(1, std::memory_order_relaxed);
        for (std::uint32_t now = current(); now != mine; now = current())
            current_.wait(now, std::memory_order_acquire);
    }
    void unlock() noexcept {
        current_.fetch_add(1, std::memory_order_release);
        current_.notify_all();
    }

    // Besides the one inside.
    std::uint32_t waiting() const noexcept {
        const std::uint32_t here = taken_.load(std::memory_order_relaxed) - current();
        return here > 0 ? here - 1 : 0;
    }

  private:
    std::uint32_t current() const noexcept { return current_.load(std::memory_order_acquire); }

    std::atomic<std::uint32_t> taken_{0};
    std::atomic<std::uint32_t> current_{0};
};

}  // namespace qr::cpu
