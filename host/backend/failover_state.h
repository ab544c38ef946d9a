// Decides whether the primary backend serves: serving, lost, or wrong for good.
//
// Pure: no lock, no thread, no clock. A lost primary comes back after `recover_after` canaries in a
// row have passed while no call to it is outstanding; one that answered wrongly never does, because
// nobody can tell which of its answers to believe: the process must be started anew.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "host/backend/self_test.h"
#include "host/base/clock.h"

namespace qr {

enum class PrimaryState : std::uint8_t { serving, lost, wrong };
std::string_view to_string(PrimaryState state);

// Why the secondary took over.
enum class FailoverReason : std::uint8_t {
    unavailable,
    internal,
    out_of_memory,  // for one batch: the primary goes on
    timed_out,
    wrong_answer,
};
inline constexpr std::size_t kFailoverReasons = 5;
std::string_view to_string(FailoverReason reason);

struct FailoverStatus {
    PrimaryState state = PrimaryState::serving;
    TimePoint since{};  // of the state
    // Of the latest loss, kept after a recovery; empty: never lost.
    std::optional<FailoverReason> reason = std::nullopt;
    std::string message = {};                // the sentence that goes with it
    std::uint64_t batches_on_secondary = 0;  // scored there for whatever reason
    // Batches that the primary had and the secondary scored anew, and canaries that found the
    // primary lost, by reason.
    std::array<std::uint64_t, kFailoverReasons> failovers = {};
};

class FailoverState {
  public:
    FailoverState(unsigned recover_after, TimePoint now);

    // Each tells whether the state changed.
    bool on_failure(FailoverReason reason, std::string message, TimePoint now);
    bool on_canary(const CanaryResult& result, std::size_t outstanding_calls, TimePoint now);

    void on_secondary() { ++status_.batches_on_secondary; }
    const FailoverStatus& status() const { return status_; }

  private:
    bool move_to(PrimaryState state, TimePoint now);
    bool on_failed_canary(const CanaryResult& result, TimePoint now);

    const unsigned recover_after_;
    unsigned passed_in_a_row_ = 0;  // while lost
    FailoverStatus status_;
};

}  // namespace qr
