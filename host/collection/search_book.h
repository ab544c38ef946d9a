// Every search that the desk has accepted and not done with: which of its queries wait, which are
// in a pass, and what is to be answered.
//
// One invariant: each job yields exactly one answer. It leaves the book once it was answered and no
// portion of it is in a pass. Pure but for the claims it drops: the desk holds the lock, passes
// `now` in, runs the passes and delivers the answers when it has let the lock go.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "host/batching/job_claim.h"
#include "host/batching/pending_jobs.h"
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
    std::size_t in_lanes = 0;                    // portions in passes
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
UnsentAnswer final_answer(PendingSearch& pending);

class SearchBook {
  public:
    explicit SearchBook(std::size_t jobs_max) : jobs_max_(jobs_max) {}

    bool is_full() const { return pending_.size() >= jobs_max_; }
    JobId accept(SearchJob&& job, TimePoint now);

    // Fills `pass` (given empty) with what leaves now; empty: nobody waits.
    void take(TimePoint now, SearchPass& pass, UnsentAnswers& answers);
    // The portions come back, their results written into their answers, or a failure.
    void give_back(SearchPass& pass, TimePoint now, UnsentAnswers& answers);

    // See PendingJobs.
    void cancel(JobId id, UnsentAnswers& answers) { pending_.cancel(id, answers); }
    void expire(TimePoint now, UnsentAnswers& answers) { pending_.expire(now, answers); }
    std::optional<TimePoint> next_deadline() const { return pending_.next_deadline(); }
    void close(UnsentAnswers& answers) { pending_.close(answers); }

    std::size_t waiting_jobs() const { return pending_.waiting().jobs(); }

  private:
    const std::size_t jobs_max_;
    PendingJobs<PendingSearch> pending_;
};

}  // namespace qr
