// Every search that the desk has accepted and not done with: which of its queries wait, which are
// in a pass, and what is to be answered.
//
// One invariant: each job yields exactly one answer. It leaves the book once it was answered and no
// portion of it is in a pass. Pure but for the claims it drops: the desk holds the lock, passes
// `now` in, runs the passes and delivers the answers when it has let the lock go.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "host/batching/batch_policy.h"
#include "host/batching/job_claim.h"
#include "host/batching/waiting_queue.h"
#include "host/collection/search_desk.h"

namespace qr {

struct PendingSearch {
    PendingSearch(JobId its_id, SearchJob&& its_job, TimePoint its_arrival)
        : id(its_id),
          job(std::move(its_job)),
          arrived(its_arrival),
          claim(std::make_shared<JobClaim>(std::move(job.vectors))) {
        answer.results.resize(job.queries.rows);
    }

    const JobId id;
    SearchJob job;  // but for its vectors, which the claim keeps
    const TimePoint arrived;
    const std::shared_ptr<JobClaim> claim;
    // Its ground is set in the first pass, by the thread that runs it.
    SearchAnswer answer;
    std::optional<WaitingQueue::Ticket> ticket;  // while some of its queries wait
    std::size_t in_passes = 0;                   // portions
    TimePoint left_at;                           // its first portion
    bool is_answered = false;
    std::optional<Error> failure;
};

// Queries of one job that travel together.
struct SearchPortion {
    PendingSearch* pending = nullptr;
    std::size_t first = 0;
    std::size_t count = 0;
};

// All of one collection.
using SearchPass = std::vector<SearchPortion>;

struct UnsentAnswer {
    std::unique_ptr<SearchSink> sink;
    Result<SearchAnswer> result;
    std::optional<Code> unsearched;         // why, when no search was to blame: for PassObserver
    std::shared_ptr<const JobClaim> claim;  // let go before the delivery, outside the lock
};
using UnsentAnswers = std::vector<UnsentAnswer>;

class SearchBook {
  public:
    explicit SearchBook(std::size_t jobs_max) : jobs_max_(jobs_max) {}

    bool is_full() const { return jobs_.size() >= jobs_max_; }
    JobId accept(SearchJob&& job, TimePoint now);

    // Fills `pass` (given empty) with what leaves now; empty: nobody waits.
    void take(TimePoint now, SearchPass& pass, UnsentAnswers& answers);
    // The portions come back, their results written into their answers, or a failure.
    void give_back(SearchPass& pass, TimePoint now, UnsentAnswers& answers);

    void cancel(JobId id, UnsentAnswers& answers);
    // Answers the jobs whose deadline has passed, also those in a pass.
    void expire(TimePoint now, UnsentAnswers& answers);
    std::optional<TimePoint> next_deadline() const;
    // Nothing waits any more; what is in a pass will be given back.
    void close(UnsentAnswers& answers);

    std::size_t waiting_jobs() const { return waiting_.jobs(); }

  private:
    void hand_over(const Slice& slice, TimePoint now, SearchPass& pass);
    void drop(PendingSearch& pending, Code why);
    void stop_waiting(PendingSearch& pending);
    // Answers it if it has not been; forgets its deadline.
    void answer(PendingSearch& pending, UnsentAnswers& answers);
    // Answers and forgets it, unless a pass still has some of it.
    void settle(PendingSearch& pending, UnsentAnswers& answers);

    const std::size_t jobs_max_;
    JobId last_id_ = kNoJob;
    WaitingQueue waiting_;
    std::map<JobId, PendingSearch> jobs_;
    std::set<std::pair<TimePoint, JobId>> deadlines_;  // of those not answered
};

}  // namespace qr
