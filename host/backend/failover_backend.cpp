#include "host/backend/failover_backend.h"

#include <new>
#include <system_error>
#include <utility>

#include "host/backend/score_check.h"

namespace qr {
namespace {

FailoverReason reason_of(Code code) {
    if (code == Code::unavailable) return FailoverReason::unavailable;
    if (code == Code::out_of_memory) return FailoverReason::out_of_memory;
    return FailoverReason::internal;
}

}  // namespace

Result<std::unique_ptr<FailoverBackend>> FailoverBackend::make(
    std::shared_ptr<FidelityBackend> primary, std::shared_ptr<FidelityBackend> secondary,
    const Clock& clock, FailoverOptions options) {
    try {
        return std::unique_ptr<FailoverBackend>(new FailoverBackend(
            std::move(primary), std::move(secondary), clock, std::move(options)));
    } catch (const std::system_error& error) {
        return Error{.code = Code::unavailable,
                     .message = std::string("no thread for calls of the device: ") + error.what(),
                     .pointer = "backend"};
    } catch (const std::bad_alloc&) {
        return Error{.code = Code::out_of_memory, .message = "no memory for the backend"};
    }
}

FailoverBackend::FailoverBackend(std::shared_ptr<FidelityBackend> primary,
                                 std::shared_ptr<FidelityBackend> secondary, const Clock& clock,
                                 FailoverOptions options)
    : primary_(std::move(primary)),
      secondary_(std::move(secondary)),
      clock_(clock),
      options_(std::move(options)),
      primary_can_(primary_->capabilities()),
      secondary_can_(secondary_->capabilities()),
      state_(options_.recover_after, clock.now()),
      calls_(primary_, primary_can_.lanes) {}

BackendCapabilities FailoverBackend::capabilities() const {
    BackendCapabilities can = state() == PrimaryState::serving ? primary_can_ : secondary_can_;
    can.lanes = primary_can_.lanes;
    can.at_once_multiply_adds_max = 0;
    return can;
}

PrimaryState FailoverBackend::state() const {
    const std::lock_guard lock(mutex_);
    return state_.status().state;
}

FailoverStatus FailoverBackend::status() const {
    const std::lock_guard lock(mutex_);
    return state_.status();
}

// `apply(state)` returns whether it changed the state.
template <class Change>
void FailoverBackend::change(Change&& apply) {
    const std::lock_guard telling(change_mutex_);
    std::optional<FailoverStatus> changed;
    {
        const std::lock_guard lock(mutex_);
        if (apply(state_)) changed = state_.status();
    }
    if (changed && options_.on_change) options_.on_change(*changed);
}

void FailoverBackend::note_canary(const CanaryResult& result) {
    const std::size_t outstanding = calls_.outstanding();
    const TimePoint now = clock_.now();
    change([&](FailoverState& state) { return state.on_canary(result, outstanding, now); });
}

std::optional<FailoverBackend::Failure> FailoverBackend::fault_of(
    const ScoreBatch& batch, const std::optional<Result<Scores>>& answer) {
    if (!answer) {
        const auto allowed =
            std::chrono::duration_cast<std::chrono::milliseconds>(options_.timeout);
        return Failure{FailoverReason::timed_out, "backend '" + std::string(name()) +
                                                      "' has not answered a batch within " +
                                                      std::to_string(allowed.count()) + " ms"};
    }
    if (!answer->ok()) return Failure{reason_of(answer->error().code), answer->error().message};
    const std::uint64_t draw = draws_.fetch_add(batch.tasks.size(), std::memory_order_relaxed);
    std::string wrong = find_wrong_score(*secondary_, batch, **answer, draw);
    if (wrong.empty() && state() == PrimaryState::wrong)
        wrong = "another batch of the same device was answered wrongly";
    if (wrong.empty()) return std::nullopt;
    return Failure{FailoverReason::wrong_answer,
                   "backend '" + std::string(name()) + "' answers wrongly: " + wrong};
}

Result<Scores> FailoverBackend::score(const ScoreBatch& batch) {
    if (state() != PrimaryState::serving) return score_on_secondary(batch);
    std::optional<Result<Scores>> answer = calls_.score(batch, options_.timeout);
    std::optional<Failure> failure = fault_of(batch, answer);
    if (!failure) return std::move(*answer);
    const TimePoint now = clock_.now();
    change([&](FailoverState& state) {
        return state.on_failure(failure->reason, std::move(failure->message), now);
    });
    return score_on_secondary(batch);
}

Result<Scores> FailoverBackend::score_on_secondary(const ScoreBatch& batch) {
    {
        const std::lock_guard lock(mutex_);
        state_.on_secondary();
    }
    Result<Scores> scores = secondary_->score(batch);
    if (scores.ok() && scores->backend.empty()) scores->backend = secondary_->name();
    return scores;
}

}  // namespace qr
