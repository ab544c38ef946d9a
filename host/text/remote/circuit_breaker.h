// Stops calls to a service that fails, and finds out by single calls when it is well again.
//
// closed ▸ (failures in a row, or their share of the window) ▸ open ▸ (open_for later, one probe)
// ▸ half_open ▸ closed when the probe succeeds, open when it fails. Pure: (event, now). Whoever
// begins a call keeps its Passage and hands it back with the outcome, so calls that left before
// the breaker opened cannot be mistaken for the probe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "host/base/clock.h"
#include "host/text/remote/remote_encoder_options.h"

namespace qr {

enum class BreakerState : std::uint8_t { closed, open, half_open };

class CircuitBreaker {
  public:
    enum class Passage : std::uint8_t { denied, ordinary, probe };
    static constexpr Duration kSlot = std::chrono::seconds(1);
    static constexpr std::size_t kSlots = 10;

    explicit CircuitBreaker(const BreakerThresholds& thresholds) : thresholds_(thresholds) {}

    // Whether a call may begin now; begin() makes it one.
    bool admits(TimePoint now) const;
    Passage begin(TimePoint now);

    void succeed(Passage passage, TimePoint now);
    void fail(Passage passage, TimePoint now);
    // The call says nothing of the service: it was cut short, say.
    void forget(Passage passage, TimePoint now);

    BreakerState state() const { return state_; }
    TimePoint tries_again() const { return tries_again_; }  // while open
    std::size_t failures_in_a_row() const { return in_a_row_; }
    std::uint64_t times_opened() const { return times_opened_; }

  private:
    struct Slot {
        Duration::rep number = -1;  // since the clock's beginning
        std::size_t calls = 0;
        std::size_t failures = 0;
    };

    Slot& slot_of(TimePoint now);
    bool is_failing(TimePoint now) const;
    void open(TimePoint now);

    BreakerThresholds thresholds_;
    BreakerState state_ = BreakerState::closed;
    TimePoint tries_again_{};
    std::size_t in_a_row_ = 0;
    std::uint64_t times_opened_ = 0;
    std::array<Slot, kSlots> slots_{};
};

}  // namespace qr
