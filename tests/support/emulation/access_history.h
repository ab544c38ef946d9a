// Who touched a byte last, and what orders two accesses; see access_checker.h for the rules.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace qr::emulation::access_checker {

enum class Kind : std::uint8_t { kRead, kWrite, kAtomic };

struct Access {
    const void* caller = nullptr;
    std::uint32_t block = 0;      // counted over all launches from 1; 0: none yet
    std::uint32_t epoch = 0;      // barriers that the block had passed
    std::uint32_t clock = 0;      // warp barriers that the lane had passed
    std::uint32_t published = 0;  // publications of the thread before the access
    std::uint32_t block_published = 0;
    std::uint16_t thread = 0;
    Kind kind = Kind::kRead;
};

// Enough to find one of the accesses that a new one conflicts with.
struct Cell {
    Access write;
    std::array<Access, 2> reads;
};

// What a thread or a block made visible: a fence, then an atomic.
struct Publication {
    bool has_fenced = false;
    bool has_done_an_atomic = false;
    std::uint32_t count = 0;

    void did_an_atomic() {
        has_done_an_atomic = true;
        if (has_fenced) ++count;
        has_fenced = false;
    }
};

class Order {
  public:
    void begin_launch();
    void begin_block();
    void begin_thread(unsigned thread) { thread_ = static_cast<std::uint16_t>(thread); }
    void block_met() { ++epoch_; }
    void warp_met(unsigned first_thread, unsigned lanes);
    void fenced();
    void did_an_atomic();

    Access access(Kind kind, const void* caller) const;
    // Whether `earlier` happened before what the current thread does now.
    bool is_before_now(const Access& earlier) const;
    bool is_of_this_block(const Access& access) const { return access.block == block_; }

  private:
    static constexpr unsigned kLanes = 32;
    static constexpr unsigned kThreads = 1024;
    struct Lane {
        std::uint32_t clock = 0;
        std::array<std::uint32_t, kLanes> seen{};  // clocks of its warp that are behind it
    };

    std::uint32_t block_ = 0;
    std::uint32_t first_block_ = 1;  // of this launch
    std::uint32_t epoch_ = 0;
    std::uint16_t thread_ = 0;
    std::array<Lane, kThreads> lanes_{};
    std::array<Publication, kThreads> threads_{};
    std::vector<Publication> blocks_;  // of this launch
};

}  // namespace qr::emulation::access_checker
