// A primary backend (a device) in front of a secondary one (the CPU): no batch is lost with the
// device.
//
// The invariant: scores handed out have the same bits whoever computed them. A batch that the
// primary refuses, answers wrongly or does not answer in time is scored anew on the secondary, and
// once the primary is lost batches go there at once; failover_state.h says when it comes back.
// Every answer of the primary is compared with the secondary in one pair a task (score_check.h).
// What it costs while all is well: a copy of the batch's views, two thread switches, and that
// pair. The health watch runs the canaries; without it a lost primary stays lost. See
// docs/decisions/0008-failover.md.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "host/backend/failover_state.h"
#include "host/backend/fidelity_backend.h"
#include "host/backend/timed_calls.h"
#include "host/base/clock.h"

namespace qr {

struct FailoverOptions {
    Duration timeout = std::chrono::seconds(1);  // that the primary may take over one batch
    unsigned recover_after = 3;                  // canaries in a row
    // Told once per change of the primary's state, one call at a time and in order, on the thread
    // that met it, before the batch is scored anew. Must not call score() or note_canary().
    std::function<void(const FailoverStatus&)> on_change = nullptr;
};

class FailoverBackend final : public FidelityBackend {
  public:
    // Both are shared because a call that hangs outlives this object; see ~TimedCalls.
    // `unavailable` when the threads for the primary's calls, one per lane, cannot be made.
    static Result<std::unique_ptr<FailoverBackend>> make(std::shared_ptr<FidelityBackend> primary,
                                                         std::shared_ptr<FidelityBackend> secondary,
                                                         const Clock& clock,
                                                         FailoverOptions options);

    std::string_view name() const override { return primary_->name(); }
    // The primary's while it serves, the secondary's otherwise; always the primary's lanes, because
    // threads are made for them, and nothing at once, because a device may hang.
    BackendCapabilities capabilities() const override;
    // Scores::backend names the secondary when it computed them. The secondary's error when that
    // fails too.
    Result<Scores> score(const ScoreBatch& batch) override;
    // The primary's, whoever serves: a lost device is still to be shown, and its staging memory is
    // host memory that the secondary reads as well.
    std::vector<DeviceReport> devices() const override { return primary_->devices(); }
    StagingMemory staging() const override { return primary_->staging(); }

    FailoverStatus status() const;
    PrimaryState state() const;  // of the status, without its words
    std::size_t outstanding_calls() const {
        return calls_.outstanding();
    }  // given up, not returned
    // What a canary of primary() came to.
    void note_canary(const CanaryResult& result);

    const std::shared_ptr<FidelityBackend>& primary() const { return primary_; }
    const std::shared_ptr<FidelityBackend>& secondary() const { return secondary_; }

  private:
    struct Failure {
        FailoverReason reason;
        std::string message;
    };

    FailoverBackend(std::shared_ptr<FidelityBackend> primary,
                    std::shared_ptr<FidelityBackend> secondary, const Clock& clock,
                    FailoverOptions options);

    std::optional<Failure> fault_of(const ScoreBatch& batch,
                                    const std::optional<Result<Scores>>& answer);
    template <class Change>
    void change(Change&& apply);
    Result<Scores> score_on_secondary(const ScoreBatch& batch);

    const std::shared_ptr<FidelityBackend> primary_;
    const std::shared_ptr<FidelityBackend> secondary_;
    const Clock& clock_;
    const FailoverOptions options_;
    const BackendCapabilities primary_can_;
    const BackendCapabilities secondary_can_;
    std::atomic<std::uint64_t> draws_{0};
    std::mutex change_mutex_;  // held while a change is told; taken before mutex_
    mutable std::mutex mutex_;
    FailoverState state_;
    TimedCalls calls_;
};

}  // namespace qr
