// Every job that the batcher has accepted and not done with: which of its rows wait, which are in
// lanes, and what is to be answered.
//
// One invariant: each job yields exactly one Answer. It leaves the book once it was answered and no
// slice of it is in a lane. Pure but for the claims it drops: the batcher holds the lock, passes
// `now` in and delivers the answers when it has let the lock go.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "host/batching/batch_policy.h"
#include "host/batching/pending_job.h"
#include "host/batching/pending_jobs.h"

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
Answer final_answer(PendingJob& pending);

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

    bool is_full() const { return pending_.size() >= jobs_max_; }
    JobId accept(Job&& job, TimePoint now);
    // Without waiting, to the lane whose `load` (given empty) that is.
    void accept_into_lane(Job&& job, TimePoint now, Load& load);

    // Fills `load` (given empty) with the next batch, if one is to leave now; else says when to ask
    // again, if time alone can change that.
    std::optional<TimePoint> take(TimePoint now, Load& load, Answers& answers);
    // The portions come back from their lane, which has let go of the batch.
    void give_back(Load& load, const Outcome& outcome, Answers& answers);

    // See PendingJobs.
    void cancel(JobId id, Answers& answers) { pending_.cancel(id, answers); }
    void expire(TimePoint now, Answers& answers) { pending_.expire(now, answers); }
    std::optional<TimePoint> next_deadline() const { return pending_.next_deadline(); }
    void close(Answers& answers) { pending_.close(answers); }

    std::size_t waiting_jobs() const { return pending_.waiting().jobs(); }
    std::size_t waiting_rows() const { return pending_.waiting().rows(); }
    std::optional<TimePoint> oldest_waits_since() const;

  private:
    void hand_over(PendingJob& pending, const Slice& slice, TimePoint now, Load& load);

    const std::size_t jobs_max_;
    const BatchTerms terms_;
    PendingJobs<PendingJob> pending_;
};

}  // namespace qr
