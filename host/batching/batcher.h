// Jobs wait here, leave in batches as soon as a lane is free, and are answered exactly once.
//
// What leaves next is decided by batch_policy.h, what becomes of each job by job_book.h; here are
// the lock, the lanes (threads that call the blocking backend), and the clerk (a thread that
// answers jobs at their deadline, be they waiting or in a lane that takes longer). A large job
// travels in slices. A small one that finds a lane free and nobody waiting is scored by the thread
// that submits it. Who may submit, and how much, is admission's business; `jobs_max` only bounds
// memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "host/backend/fidelity_backend.h"
#include "host/base/clock.h"
#include "host/base/error.h"
#include "host/batching/job.h"

namespace qr {

struct BatcherLimits {
    std::size_t jobs_max = 512;  // waiting and in lanes
    Duration delay_max{};        // that a job waits for company although a lane is free
};

// What one batch was, told on the thread that scored it, just before its jobs are answered.
struct BatchReport {
    std::size_t lane = 0;
    std::size_t jobs = 0;     // with a slice in it
    std::size_t rows = 0;     // documents
    std::size_t pairs = 0;    // scores computed
    std::size_t dropped = 0;  // slices whose claim was dropped on the way: not computed
    Duration scored{};
    std::string_view backend;    // that really scored it
    std::optional<Code> failed;  // the backend refused the whole batch: nothing was computed
};

class BatchObserver {
  public:
    virtual ~BatchObserver() = default;
    virtual void on_batch(const BatchReport& report) noexcept = 0;
    // A job was answered without scores: cancelled, deadline_exceeded or unavailable (stopped).
    virtual void on_unscored(Code why) noexcept = 0;
};

// For health and metrics.
struct LaneStatus {
    std::optional<TimePoint> busy_since;  // empty: the lane is free
    std::uint64_t batches = 0;            // finished so far
    Duration busy{};                      // in the backend so far, the batch under way included
};
struct BatcherStatus {
    std::size_t waiting_jobs = 0;
    std::size_t waiting_rows = 0;
    std::optional<TimePoint> oldest_waits_since;
    std::vector<LaneStatus> lanes;
};

class Batcher {
  public:
    // `observer` may be null. All three must outlive the batcher.
    Batcher(FidelityBackend& backend, const Clock& clock, BatcherLimits limits,
            BatchObserver* observer = nullptr);
    ~Batcher();  // stop()s

    // Takes the job, stamps its arrival and, if it is small and nothing stands before it, scores it
    // before returning: then the result is kNoJob. On `overloaded` (jobs_max) or `unavailable`
    // (stopped) the job is left untouched, its reply undelivered: the caller answers. Thread-safe.
    Result<JobId> submit(Job& job);

    // Nobody wants the job any more: a waiting one frees its place and is answered `cancelled` now,
    // one in a lane as soon as its batch is done, its remaining tiles uncomputed. A job that has
    // been answered is left alone. Thread-safe.
    void cancel(JobId id);

    // Answers what waits with `unavailable`, finishes the batches in flight, joins. Idempotent.
    void stop();

    BatcherStatus status() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace qr
