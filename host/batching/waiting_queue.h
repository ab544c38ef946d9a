// The jobs that wait, in the order in which they are to leave.
//
// One invariant: a line of each key, sorted by position, and no line is empty. A position is a
// time: the job's turn plus kPriorityStep per priority. The turn is its arrival plus kTenantStep
// for every job of its tenant, no less urgent than it, that waited then; it never precedes theirs,
// so one tenant's jobs keep their order. Without tenants it is the arrival. After each visit to a
// lane a job that is not done yet stands kSliceStep further back, but no further than if it had
// arrived now.
//
// So nothing starves: time passes and every penalty has an end. At equal priority a job stands
// behind one that arrives kTenantStep x (jobs that may wait) + kSliceStep later at most; priority
// p adds p x kPriorityStep to that. Pure: no lock, no thread, no clock. A visit costs the logarithm
// of the line, not its length.
#pragma once

#include <compare>
#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "host/base/clock.h"
#include "host/batching/job.h"

namespace qr {

// What an urgency of one step is worth in waiting time.
inline constexpr Duration kPriorityStep = std::chrono::milliseconds(10);
// About the run time of a few batches: whatever small came meanwhile goes first.
inline constexpr Duration kSliceStep = std::chrono::milliseconds(10);
// A tenant with 100 jobs waiting lets everybody pass who comes within 100 ms.
inline constexpr Duration kTenantStep = std::chrono::milliseconds(1);

// Jobs of one key may share a batch.
struct BatchKey {
    std::size_t dimension = 0;
    scoring::Method method = scoring::Method::signed_fidelity;
    const void* rows = nullptr;  // what is searched; null: documents that travel with the job
    auto operator<=>(const BatchKey&) const = default;
};

struct Position {
    TimePoint when;
    JobId id = kNoJob;  // the older of two goes first
    auto operator<=>(const Position&) const = default;
};

struct WaitingJob {
    TimePoint arrived;
    std::optional<TimePoint> deadline;
    int priority = 0;
    std::size_t row_multiply_adds = 1;  // one document against all queries
    std::size_t first_row = 0;          // of those that no lane has taken
    std::size_t rows_left = 0;
};

class WaitingQueue {
  public:
    using Line = std::map<Position, WaitingJob>;

  private:
    // The jobs of one tenant and priority.
    struct Crowd {
        std::size_t waiting = 0;
        TimePoint last_turn;
    };
    using Lines = std::map<BatchKey, Line>;
    using Tenant = std::map<int, Crowd>;
    using Tenants = std::map<std::string, Tenant, std::less<>>;

  public:
    // Where a job stands; good until it leaves.
    class Ticket {
        friend WaitingQueue;
        Lines::iterator line;
        Line::iterator job;
        std::optional<Tenants::iterator> tenant;
    };

    WaitingQueue() = default;
    WaitingQueue(const WaitingQueue&) = delete;  // tickets point into it
    WaitingQueue& operator=(const WaitingQueue&) = delete;

    // `id` is new and `job.rows_left` >= 1.
    Ticket add(JobId id, const BatchKey& key, const std::string& tenant, const WaitingJob& job);
    // The first `rows` of those left go to a lane. False when none is left: the job has gone.
    bool take(Ticket& ticket, std::size_t rows, TimePoint now);
    void remove(const Ticket& ticket);

    // The line whose first job stands before all others; null when nobody waits.
    const Line* foremost() const;

    bool empty() const { return jobs_ == 0; }
    std::size_t jobs() const { return jobs_; }
    std::size_t rows() const { return rows_; }

  private:
    static TimePoint join(Tenant& tenant, const WaitingJob& job);
    void leave(Tenants::iterator tenant, int priority);

    Lines lines_;
    std::map<Position, Lines::iterator> fronts_;  // of each line
    Tenants tenants_;
    std::size_t jobs_ = 0;
    std::size_t rows_ = 0;
};

}  // namespace qr
