// Whether this server should get traffic: one atomic that health reads and the composition root
// moves.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

namespace qr {

enum class State : std::uint8_t { starting, ready, draining, failing };

constexpr std::string_view to_string(State state) {
    switch (state) {
        case State::starting:
            return "starting";
        case State::ready:
            return "ready";
        case State::draining:
            return "draining";
        case State::failing:
            return "failing";
    }
    return "failing";
}

class ServerState {
  public:
    State get() const { return state_.load(std::memory_order_acquire); }
    void set(State state) { state_.store(state, std::memory_order_release); }

  private:
    std::atomic<State> state_ = State::starting;
};

}  // namespace qr
