// Every job that the batcher has accepted and not done with: which of its rows wait, which are in
// lanes, and what is to be answered.
//
// One invariant: each job yields exactly one Answer. It leaves the book once it was answered and no
// slice of it is in a lane. Pure but for the claims it drops: the batcher holds the lock, passes
// `now` in and delivers the answers when it has let the lock go.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "host/batching/batch_policy.h"
#include "host/batching/pending_job.h"
#include "host/batching/waiting_queue.h"

namespace qr {

struct Answer {
    std::shared_ptr<const JobClaim> claim;  // let go before the delivery, outside the lock
    Reply reply;
    Result<JobScores> result;
    std::optional<Code> unscored;  // why, when no backend was to blame: for BatchObserver
};
using Answers = std::vector<Answer>;

// What is said to a job that ends without scores for that reason.
Error unscored_error(Code why);
Answer unscored_answer(Reply reply, Code why);

class JobBook {
  public:
    // A slice in a lane. Its job stays in the book until the slice is given back.
    class Portion {
      public:
        // Notes what the backend made of it. Needs no lock: the slice's lane alone calls it.
        void add(TaskScores scores);

      private:
        friend JobBook;
        PendingJob* pending = nullptr;
        std::size_t first_row = 0;
        std::size_t rows = 0;
        bool is_last_needed = false;
    };
    struct Load {
        ScoreBatch batch;  // a task per portion
        std::vector<Portion> portions;
    };
    struct Outcome {
        TimePoint scored_at;
        std::string_view backend;
        std::optional<Error> failure;  // of the whole batch; else every portion has its scores
    };

    JobBook(std::size_t jobs_max, const BatchTerms& terms) : jobs_max_(jobs_max), terms_(terms) {}

    bool is_full() const { return jobs_.size() >= jobs_max_; }
    JobId accept(Job&& job, TimePoint now);
    // Without waiting, to the lane whose `load` (given empty) that is.
    void accept_into_lane(Job&& job, TimePoint now, Load& load);

    // Fills `load` (given empty) with the next batch, if one is to leave now; else says when to ask
    // again, if time alone can change that.
    std::optional<TimePoint> take(TimePoint now, Load& load, Answers& answers);
    // The portions come back from their lane, which has let go of the batch.
    void give_back(Load& load, const Outcome& outcome, Answers& answers);

    void cancel(JobId id, Answers& answers);
    // Deals with the jobs whose deadline has passed. Those in lanes are answered too if their claim
    // keeps the vectors; else when the lane is done with them.
    void expire(TimePoint now, Answers& answers);
    std::optional<TimePoint> next_deadline() const;
    // Nothing waits any more; what is in lanes will be given back.
    void close(Answers& answers);

    std::size_t waiting_jobs() const { return waiting_.jobs(); }
    std::size_t waiting_rows() const { return waiting_.rows(); }
    std::optional<TimePoint> oldest_waits_since() const;

  private:
    PendingJob& enter(Job&& job, TimePoint now);
    void hand_over(PendingJob& pending, const Slice& slice, TimePoint now, Load& load);
    void expire(PendingJob& pending, Answers& answers);
    void drop(PendingJob& pending, Code why);
    void stop_waiting(PendingJob& pending);
    // Answers it if it has not been; forgets its deadline.
    void answer(PendingJob& pending, Answers& answers);
    // Answers and forgets it, unless a lane still has some of it.
    void settle(PendingJob& pending, Answers& answers);
    static Answer final_answer(PendingJob& pending);

    const std::size_t jobs_max_;
    const BatchTerms terms_;
    JobId last_id_ = kNoJob;
    WaitingQueue waiting_;
    std::map<JobId, PendingJob> jobs_;                 // ids ascend with arrival
    std::set<std::pair<TimePoint, JobId>> deadlines_;  // of those not answered
};

}  // namespace qr
