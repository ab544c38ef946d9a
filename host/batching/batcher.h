// A bounded queue of jobs and the one thread that feeds them to a backend, batch by batch.
//
// A batch leaves as soon as the backend is free and takes whatever waits, up to `batch_pairs_max`:
// no artificial delay. Jobs leave in order of effective arrival (arrival + priority x
// kPriorityStep), so a higher number waits longer but nothing starves. Every accepted job is
// answered exactly once.
#pragma once

#include <condition_variable>
#include <cstddef>
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

class Batcher {
  public:
    static constexpr Duration kPriorityStep = std::chrono::milliseconds(10);

    Batcher(FidelityBackend& backend, const Clock& clock, BatcherLimits limits);
    ~Batcher();  // stop()s

    // Takes the job; on `overloaded` (queue full) or `unavailable` (stopped) the job's reply is not
    // delivered: the caller answers. Thread-safe.
    Result<void> submit(Job&& job);

    // Answers what waits with `unavailable`, finishes the batch in flight, joins. Idempotent.
    void stop();

    std::size_t waiting_jobs() const;
    bool is_scoring() const;  // a batch is with the backend now

  private:
    using Queue = std::multimap<TimePoint, Job>;  // by effective arrival

    void run();
    std::vector<Job> take_batch();
    void answer(std::vector<Job> jobs);

    FidelityBackend& backend_;
    const Clock& clock_;
    const BatcherLimits limits_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    Queue queue_;
    std::size_t queue_bytes_ = 0;
    bool is_stopping_ = false;
    bool is_scoring_ = false;
    std::thread lane_;
};

}  // namespace qr
