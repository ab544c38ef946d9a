#include "host/backend/failover_state.h"

#include <utility>

namespace qr {

std::string_view to_string(PrimaryState state) {
    switch (state) {
        case PrimaryState::serving:
            return "serving";
        case PrimaryState::lost:
            return "lost";
        case PrimaryState::wrong:
            return "wrong";
    }
    return "lost";
}

std::string_view to_string(FailoverReason reason) {
    switch (reason) {
        case FailoverReason::unavailable:
            return "unavailable";
        case FailoverReason::internal:
            return "internal";
        case FailoverReason::out_of_memory:
            return "out_of_memory";
        case FailoverReason::timed_out:
            return "timed_out";
        case FailoverReason::wrong_answer:
            return "wrong_answer";
    }
    return "internal";
}

FailoverState::FailoverState(unsigned recover_after, TimePoint now)
    : recover_after_(recover_after), status_{.since = now} {}

bool FailoverState::move_to(PrimaryState state, TimePoint now) {
    passed_in_a_row_ = 0;
    if (status_.state == state || status_.state == PrimaryState::wrong) return false;
    status_.state = state;
    status_.since = now;
    return true;
}

bool FailoverState::on_failure(FailoverReason reason, std::string message, TimePoint now) {
    ++status_.failovers[static_cast<std::size_t>(reason)];
    if (reason == FailoverReason::out_of_memory) return false;
    const bool is_wrong = reason == FailoverReason::wrong_answer;
    if (!move_to(is_wrong ? PrimaryState::wrong : PrimaryState::lost, now)) return false;
    status_.reason = reason;
    status_.message = std::move(message);
    return true;
}

bool FailoverState::on_failed_canary(const CanaryResult& result, TimePoint now) {
    if (result.outcome == CanaryOutcome::wrong) {
        if (status_.state == PrimaryState::wrong) return false;
        return on_failure(FailoverReason::wrong_answer, result.message, now);
    }
    passed_in_a_row_ = 0;
    // A full device memory refuses batches, which then go elsewhere one by one; it is no loss.
    if (status_.state != PrimaryState::serving || result.code == Code::out_of_memory) return false;
    if (result.outcome == CanaryOutcome::overdue)
        return on_failure(FailoverReason::timed_out, result.message, now);
    const bool is_unavailable = result.code == Code::unavailable;
    return on_failure(is_unavailable ? FailoverReason::unavailable : FailoverReason::internal,
                      result.message, now);
}

bool FailoverState::on_canary(const CanaryResult& result, std::size_t outstanding_calls,
                              TimePoint now) {
    if (result.outcome != CanaryOutcome::passed) return on_failed_canary(result, now);
    if (status_.state != PrimaryState::lost) return false;
    passed_in_a_row_ = outstanding_calls == 0 ? passed_in_a_row_ + 1 : 0;
    return passed_in_a_row_ >= recover_after_ && move_to(PrimaryState::serving, now);
}

}  // namespace qr
