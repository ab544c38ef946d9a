// A bounded queue of jobs and the one thread that feeds them to a backend, batch by batch.
//
// A batch leaves as soon as the backend is free and takes whatever waits, up to `batch_pairs_max`:
// no artificial delay. Jobs leave in order of effective arrival (arrival + priority x
// kPriorityStep), so a larger number waits longer but nothing starves. Every accepted job is
// answered exactly once; one whose deadline has passed is answered without being scored.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "host/backend/fidelity_backend.h"
#include "host/base/clock.h"
#include "host/base/error.h"
#include "host/batching/job.h"

namespace qr {

struct BatcherLimits {
    std::size_t queue_jobs_max = 1024;
    std::size_t queue_bytes_max = std::size_t{1} << 30;  // vectors of waiting jobs
    std::size_t batch_pairs_max = 65'536;                // a larger job travels alone
};

// What one batch was, told to `on_batch` on the thread that scored it, just before it is answered.
struct BatchReport {
    std::size_t tasks = 0;
    std::size_t documents = 0;
    std::size_t pairs = 0;
    std::size_t expired = 0;  // answered deadline_exceeded on the way
    Duration scored{};
    std::optional<Code> failed;  // the backend refused the whole batch
};

class Batcher {
  public:
    static constexpr Duration kPriorityStep = std::chrono::milliseconds(10);

    Batcher(FidelityBackend& backend, const Clock& clock, BatcherLimits limits,
            std::function<void(const BatchReport&)> on_batch = {});
    ~Batcher();  // stop()s

    // Takes the job, stamps its arrival and, if it is small and nothing stands before it, scores
    // it. On `overloaded` (queue full) or `unavailable` (stopped) the job is left untouched, its
    // reply undelivered: the caller answers. Thread-safe.
    Result<void> submit(Job& job);

    // Answers what waits with `unavailable`, finishes the batch in flight, joins. Idempotent.
    void stop();

    std::size_t waiting_jobs() const;

  private:
    using Queue = std::multimap<TimePoint, Job>;  // by effective arrival

    struct Batch {
        std::vector<Job> jobs;
        std::vector<Job> expired;
        std::size_t pairs = 0;

        void add(Job job, TimePoint now);
    };

    void run();
    Result<void> admit(Job& job, Batch& at_once);
    bool may_score_at_once(const ScoreTask& task) const;
    bool take_batch(Batch& batch);  // false: stopped
    void finish_batch();
    Result<Scores> run_backend(const Batch& batch, BatchReport& report);
    void score(Batch batch);

    FidelityBackend& backend_;
    const Clock& clock_;
    const BatcherLimits limits_;
    const std::function<void(const BatchReport&)> on_batch_;
    const std::size_t at_once_multiply_adds_max_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    Queue queue_;
    std::size_t queue_bytes_ = 0;
    bool is_stopping_ = false;
    bool is_scoring_ = false;  // a batch is with the backend, which takes one at a time
    std::thread lane_;
};

}  // namespace qr
