#include "host/text/remote/circuit_breaker.h"

namespace qr {
namespace {

Duration::rep number_of(TimePoint now) {
    return now.time_since_epoch() / CircuitBreaker::kSlot;
}

}  // namespace

bool CircuitBreaker::admits(TimePoint now) const {
    if (state_ == BreakerState::open) return now >= tries_again_;
    return state_ == BreakerState::closed;
}

CircuitBreaker::Passage CircuitBreaker::begin(TimePoint now) {
    if (!admits(now)) return Passage::denied;
    if (state_ == BreakerState::closed) return Passage::ordinary;
    state_ = BreakerState::half_open;
    return Passage::probe;
}

void CircuitBreaker::succeed(Passage passage, TimePoint now) {
    if (passage == Passage::probe) {
        state_ = BreakerState::closed;
        slots_ = {};
    }
    if (state_ != BreakerState::closed) return;
    in_a_row_ = 0;
    ++slot_of(now).calls;
}

void CircuitBreaker::fail(Passage passage, TimePoint now) {
    ++in_a_row_;
    if (passage == Passage::probe) return open(now);
    if (state_ != BreakerState::closed) return;
    Slot& slot = slot_of(now);
    ++slot.calls;
    ++slot.failures;
    if (is_failing(now)) open(now);
}

// The next call may probe at once.
void CircuitBreaker::forget(Passage passage, TimePoint now) {
    if (passage != Passage::probe) return;
    state_ = BreakerState::open;
    tries_again_ = now;
}

CircuitBreaker::Slot& CircuitBreaker::slot_of(TimePoint now) {
    const Duration::rep number = number_of(now);
    Slot& slot = slots_[static_cast<std::size_t>(number) % kSlots];
    if (slot.number != number) slot = {.number = number};
    return slot;
}

bool CircuitBreaker::is_failing(TimePoint now) const {
    if (in_a_row_ >= thresholds_.failures_in_a_row) return true;
    std::size_t calls = 0;
    std::size_t failures = 0;
    for (const Slot& slot : slots_) {
        const bool is_recent = number_of(now) - slot.number < Duration::rep{kSlots};
        if (!is_recent) continue;
        calls += slot.calls;
        failures += slot.failures;
    }
    return calls >= thresholds_.calls_min && failures * 100 >= calls * thresholds_.failure_percent;
}

void CircuitBreaker::open(TimePoint now) {
    state_ = BreakerState::open;
    tries_again_ = now + thresholds_.open_for;
    ++times_opened_;
}

}  // namespace qr
