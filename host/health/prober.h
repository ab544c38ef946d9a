// Runs one backend's canary at an interval, on a thread of its own, beside the queue.
//
// A canary that hangs holds this thread and nobody else: the results are left where the health
// watch fetches them, together with when the one under way began. What the thread touches is shared
// with it, so that a hung prober can be left behind.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "host/backend/fidelity_backend.h"
#include "host/backend/self_test.h"
#include "host/base/clock.h"

namespace qr {

// A bell that any thread rings and one thread waits for.
class Bell {
  public:
    void ring();
    // Until rung, or `patience` passed; what was rung meanwhile counts.
    void await(Duration patience);

  private:
    std::mutex mutex_;
    std::condition_variable rung_;
    bool is_rung_ = false;
};

class Prober {
  public:
    static constexpr std::size_t kResultsMax = 64;  // kept until taken; older ones go
    static constexpr std::chrono::milliseconds kReturnMax{250};

    struct Result {
        CanaryResult canary;
        TimePoint at;
    };
    struct News {
        std::vector<Result> results;         // since the last take(), oldest first
        std::optional<TimePoint> out_since;  // of the canary under way
    };

    // The first canary runs at once; `bell` rings after each that did not pass, or did for the
    // first time. Throws std::system_error when the thread cannot be made.
    Prober(std::shared_ptr<FidelityBackend> backend, const Clock& clock, Duration interval,
           std::shared_ptr<Bell> bell);
    // Joins, or leaves a thread behind whose canary does not return within kReturnMax: it owns all
    // that it touches.
    ~Prober();
    Prober(const Prober&) = delete;
    Prober& operator=(const Prober&) = delete;

    News take();

  private:
    struct Shared;
    static void run(const std::shared_ptr<Shared>& shared);

    std::shared_ptr<Shared> shared_;
    std::thread thread_;
};

}  // namespace qr
