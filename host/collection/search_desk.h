// Searches wait here and leave together: one pass over a collection's rows answers up to
// kSearchQueriesMax queries at the cost of a few.
//
// Who leaves next is decided by host/batching/batch_policy.h, with collections for keys and queries
// for rows; what becomes of each job by search_book.h. Nobody waits for company: while one pass
// runs, the next gathers. Each job is answered exactly once: with its hits, or as its deadline
// passes, its client leaves or the desk stops. A job's ground is taken as its first pass begins and
// kept to its last: it sees all that was written before it came, and one moment only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/base/clock.h"
#include "host/base/error.h"
#include "host/batching/job.h"
#include "host/collection/collection.h"

namespace qr {

struct SearchDeskLimits {
    std::size_t jobs_max = 512;  // waiting and in the pass under way
};

struct SearchAnswer {
    SearchGround ground;                // what the hits' ids are asked of
    std::vector<SearchResult> results;  // one a query
    std::size_t pass_queries = 0;       // of this job and of others, in its last pass
    Duration waited{};                  // until its first pass began
    Duration searched{};
};

class SearchSink {
  public:
    virtual ~SearchSink() = default;
    // Called once, from the desk's threads or the one that submits, cancels or stops; must not
    // block.
    virtual void deliver(Result<SearchAnswer> answer) noexcept = 0;
};

struct SearchJob {
    std::shared_ptr<Collection> collection;
    MatrixView queries;                   // [q, d], q >= 1, d the collection's
    std::shared_ptr<const void> vectors;  // what they point into
    std::size_t k = 10;
    scoring::Method method = scoring::Method::signed_fidelity;
    Filter filter;
    bool is_certified = true;
    int priority = 0;    // 0..999, 0 first
    std::string tenant;  // key id; empty without keys
    std::optional<TimePoint> deadline;
    std::unique_ptr<SearchSink> sink;
};

// What one pass was, told on its thread before its jobs are answered.
struct PassReport {
    std::size_t jobs = 0;
    std::size_t queries = 0;
    std::size_t scans = 0;    // more than one where jobs stand on grounds of different moments
    std::uint64_t slots = 0;  // of the grounds that were scanned, together
    std::size_t rescored = 0;
    std::size_t retries = 0;
    Duration searched{};
};

class PassObserver {
  public:
    virtual ~PassObserver() = default;
    virtual void on_pass(const PassReport& report) noexcept = 0;
    // A job was answered without hits: cancelled, deadline_exceeded or unavailable (stopped).
    virtual void on_unsearched(Code why) noexcept = 0;
};

class SearchDesk {
  public:
    // `observer` may be null; it and the clock outlive the desk.
    SearchDesk(const Clock& clock, SearchDeskLimits limits, PassObserver* observer = nullptr);
    ~SearchDesk();  // stop()s

    // On `overloaded` (jobs_max) or `unavailable` (stopped) the job is left untouched, its sink
    // uncalled. Never kNoJob.
    Result<JobId> submit(SearchJob& job);
    // A waiting job is answered `cancelled` now, one under way when its pass is done.
    void cancel(JobId id);
    // Answers what waits with `unavailable`, finishes the passes under way, joins. Idempotent.
    void stop();

    std::size_t waiting_jobs() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace qr
