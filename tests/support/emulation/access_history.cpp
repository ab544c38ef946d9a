#include "tests/support/emulation/access_history.h"

#include <algorithm>

namespace qr::emulation::access_checker {

void Order::begin_launch() {
    first_block_ = block_ + 1;
    blocks_.clear();
}

void Order::begin_block() {
    ++block_;
    epoch_ = 0;
    lanes_ = {};
    threads_ = {};
    blocks_.emplace_back();
}

void Order::warp_met(unsigned first_thread, unsigned lanes) {
    std::array<std::uint32_t, kLanes> all{};
    for (unsigned i = 0; i < kLanes; ++i) {
        if ((lanes >> i & 1U) == 0) continue;
        Lane& lane = lanes_[first_thread + i];
        lane.seen[i] = ++lane.clock;
        for (unsigned j = 0; j < kLanes; ++j)
            all[j] = std::max(all[j], lane.seen[j]);
    }
    for (unsigned i = 0; i < kLanes; ++i) {
        if ((lanes >> i & 1U) != 0) lanes_[first_thread + i].seen = all;
    }
}

void Order::fenced() {
    threads_[thread_].has_fenced = blocks_.back().has_fenced = true;
}

void Order::did_an_atomic() {
    threads_[thread_].did_an_atomic();
    blocks_.back().did_an_atomic();
}

Access Order::access(Kind kind, const void* caller) const {
    return {caller,
            block_,
            epoch_,
            lanes_[thread_].clock,
            threads_[thread_].count,
            blocks_.back().count,
            thread_,
            kind};
}

bool Order::is_before_now(const Access& earlier) const {
    if (earlier.block < first_block_) return true;
    if (earlier.block != block_)
        return blocks_[earlier.block - first_block_].count > earlier.block_published &&
               blocks_.back().has_done_an_atomic;
    if (earlier.thread == thread_ || earlier.epoch < epoch_) return true;
    const bool is_same_warp = earlier.thread / kLanes == thread_ / kLanes;
    if (is_same_warp && lanes_[thread_].seen[earlier.thread % kLanes] > earlier.clock) return true;
    return threads_[earlier.thread].count > earlier.published &&
           threads_[thread_].has_done_an_atomic;
}

}  // namespace qr::emulation::access_checker
