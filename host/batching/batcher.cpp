#include "host/batching/batcher.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "host/base/check.h"
#include "host/base/narrow.h"
#include "host/batching/job_book.h"

namespace qr {
namespace {

// A sleeper with a later appointment looks up once an hour.
constexpr Duration kSleepMax = std::chrono::hours(1);

std::size_t multiply_adds_of(const ScoreTask& task) {
    return task.queries.rows * task.documents.rows * task.documents.dimension;
}

// What was computed, for the observer.
BatchReport report_of(const ScoreBatch& batch, const Result<Scores>& scores) {
    BatchReport report{.jobs = batch.tasks.size()};
    if (!scores.ok()) {
        report.failed = scores.error().code;
        return report;
    }
    for (std::size_t i = 0; i < batch.tasks.size(); ++i) {
        if (scores->tasks[i].is_dropped) {
            ++report.dropped;
        } else {
            report.rows += batch.tasks[i].documents.rows;
            report.pairs += scores->tasks[i].values.size();
        }
    }
    return report;
}

}  // namespace

class Batcher::Impl {
  public:
    Impl(FidelityBackend& backend, const Clock& clock, BatcherLimits limits,
         BatchObserver* observer, const BackendCapabilities& can)
        : backend_(backend),
          clock_(clock),
          observer_(observer),
          limits_(limits),
          at_once_max_(can.at_once_multiply_adds_max),
          book_(limits.jobs_max,
                {.multiply_adds_max = can.batch_multiply_adds_max, .delay_max = limits.delay_max}),
          lanes_(std::max<std::size_t>(can.lanes, 1)) {
        clerk_ = std::thread([this] { serve_clerk(); });
        for (std::size_t i = 0; i < lanes_.size(); ++i)
            lane_threads_.emplace_back([this] { serve_lane(); });
    }

    Result<JobId> submit(Job& job);
    void cancel(JobId id);
    void stop();
    BatcherStatus status() const;

  private:
    struct Scored {
        Result<Scores> scores;
        std::string_view backend;
        TimePoint at;
    };
    using Lock = std::unique_lock<std::mutex>;

    // Under the lock:
    LaneStatus* free_lane();
    bool is_for_at_once(const ScoreTask& task) const;
    void wake_clerk_for(TimePoint deadline);
    void wait(Lock& lock, std::condition_variable& changed, std::optional<TimePoint> until) const;

    // Without it:
    Scored score(const LaneStatus& lane, const ScoreBatch& batch, TimePoint started);
    // Frees the lane.
    void score_load(LaneStatus& lane, JobBook::Load& load, TimePoint started, Answers& answers);
    void score_at_once(LaneStatus& lane, JobBook::Load load, TimePoint started);
    void deliver(Answers& answers);

    void serve_lane();
    void serve_clerk();

    FidelityBackend& backend_;
    const Clock& clock_;
    BatchObserver* const observer_;
    const BatcherLimits limits_;
    const std::size_t at_once_max_;

    mutable std::mutex mutex_;
    std::condition_variable work_;   // for lanes: rows wait, or a lane that a submitter had is free
    std::condition_variable alarm_;  // for the clerk: a deadline before the one it sleeps to
    std::condition_variable idle_;   // for stop(): a submitter has left its lane
    JobBook book_;
    std::vector<LaneStatus> lanes_;
    std::size_t submitters_in_lanes_ = 0;
    TimePoint clerk_sleeps_to_ = TimePoint::max();
    bool is_stopping_ = false;
    bool is_stopped_ = false;

    std::mutex stopping_;  // one stop() at a time
    std::vector<std::thread> lane_threads_;
    std::thread clerk_;
};

Result<JobId> Batcher::Impl::submit(Job& job) {
    Lock lock(mutex_);
    if (is_stopping_) return unscored_error(Code::unavailable);
    if (book_.is_full()) {
        return Error{.code = Code::overloaded,
                     .message = "the queue is full; try again shortly",
                     .found = std::to_string(limits_.jobs_max),
                     .allowed = std::to_string(limits_.jobs_max)};
    }
    const TimePoint now = clock_.now();
    const std::optional<TimePoint> deadline = job.deadline;
    if (deadline && *deadline <= now) {
        lock.unlock();
        Answers answers;
        answers.push_back(unscored_answer(std::move(job.reply), Code::deadline_exceeded));
        deliver(answers);
        return kNoJob;
    }
    if (deadline) wake_clerk_for(*deadline);
    LaneStatus* const lane = free_lane();
    if (lane != nullptr && is_for_at_once(job.task)) {
        JobBook::Load load;
        book_.accept_into_lane(std::move(job), now, load);
        lane->busy_since = now;
        ++submitters_in_lanes_;
        lock.unlock();
        score_at_once(*lane, std::move(load), now);
        return kNoJob;
    }
    const JobId id = book_.accept(std::move(job), now);
    lock.unlock();
    work_.notify_one();
    return id;
}

void Batcher::Impl::cancel(JobId id) {
    Answers answers;
    {
        const Lock lock(mutex_);
        book_.cancel(id, answers);
    }
    deliver(answers);
}

void Batcher::Impl::stop() {
    const std::lock_guard alone(stopping_);
    Answers answers;
    {
        const Lock lock(mutex_);
        is_stopping_ = true;
        book_.close(answers);
    }
    work_.notify_all();
    deliver(answers);
    for (std::thread& thread : lane_threads_) {
        if (thread.joinable()) thread.join();
    }
    {
        Lock lock(mutex_);
        idle_.wait(lock, [this] { return submitters_in_lanes_ == 0; });
        is_stopped_ = true;
    }
    alarm_.notify_one();
    if (clerk_.joinable()) clerk_.join();
}

BatcherStatus Batcher::Impl::status() const {
    const Lock lock(mutex_);
    const TimePoint now = clock_.now();
    BatcherStatus status{.waiting_jobs = book_.waiting_jobs(),
                         .waiting_rows = book_.waiting_rows(),
                         .oldest_waits_since = book_.oldest_waits_since(),
                         .lanes = lanes_};
    for (LaneStatus& lane : status.lanes) {
        if (lane.busy_since) lane.busy += now - *lane.busy_since;
    }
    return status;
}

LaneStatus* Batcher::Impl::free_lane() {
    for (LaneStatus& lane : lanes_) {
        if (!lane.busy_since) return &lane;
    }
    return nullptr;
}

bool Batcher::Impl::is_for_at_once(const ScoreTask& task) const {
    return book_.waiting_jobs() == 0 && multiply_adds_of(task) <= at_once_max_;
}

// The clerk is not told when that deadline has become moot: it looks up once for nothing, which is
// cheaper than to wake it for every job.
void Batcher::Impl::wake_clerk_for(TimePoint deadline) {
    if (deadline >= clerk_sleeps_to_) return;
    clerk_sleeps_to_ = deadline;
    alarm_.notify_one();
}

void Batcher::Impl::wait(Lock& lock, std::condition_variable& changed,
                         std::optional<TimePoint> until) const {
    if (until) {
        changed.wait_for(lock, std::min(*until - clock_.now(), kSleepMax));
    } else {
        changed.wait(lock);
    }
}

Batcher::Impl::Scored Batcher::Impl::score(const LaneStatus& lane, const ScoreBatch& batch,
                                           TimePoint started) {
    Result<Scores> scores = backend_.score(batch);
    const TimePoint now = clock_.now();
    QR_CHECK(!scores.ok() || scores->tasks.size() == batch.tasks.size());
    const bool is_named = scores.ok() && !scores->backend.empty();
    const std::string_view backend = is_named ? scores->backend : backend_.name();
    if (observer_ != nullptr) {
        BatchReport report = report_of(batch, scores);
        report.lane = narrow<std::size_t>(&lane - lanes_.data());
        report.scored = now - started;
        report.backend = backend;
        observer_->on_batch(report);
    }
    return {.scores = std::move(scores), .backend = backend, .at = now};
}

void Batcher::Impl::score_load(LaneStatus& lane, JobBook::Load& load, TimePoint started,
                               Answers& answers) {
    Scored scored = score(lane, load.batch, started);
    JobBook::Outcome outcome{.scored_at = scored.at, .backend = scored.backend};
    if (scored.scores.ok()) {
        for (std::size_t i = 0; i < load.portions.size(); ++i)
            load.portions[i].add(std::move(scored.scores->tasks[i]));
    } else {
        outcome.failure = std::move(scored.scores).error();
    }
    load.batch.tasks.clear();
    const Lock lock(mutex_);
    lane.busy += scored.at - started;
    lane.busy_since.reset();
    ++lane.batches;
    book_.give_back(load, outcome, answers);
}

void Batcher::Impl::score_at_once(LaneStatus& lane, JobBook::Load load, TimePoint started) {
    Answers answers;
    score_load(lane, load, started, answers);
    deliver(answers);
    const Lock lock(mutex_);
    --submitters_in_lanes_;
    if (book_.waiting_jobs() > 0) work_.notify_one();
    if (is_stopping_) idle_.notify_all();
}

void Batcher::Impl::deliver(Answers& answers) {
    for (Answer& answer : answers) {
        if (observer_ != nullptr && answer.unscored) observer_->on_unscored(*answer.unscored);
        answer.claim.reset();
        answer.reply.deliver(std::move(answer.result));
    }
    answers.clear();
}

void Batcher::Impl::serve_lane() {
    JobBook::Load load;
    Answers answers;
    Lock lock(mutex_);
    while (!is_stopping_) {
        std::optional<TimePoint> look_again;
        LaneStatus* lane = free_lane();
        const TimePoint now = clock_.now();
        if (lane != nullptr) look_again = book_.take(now, load, answers);
        if (load.portions.empty() && answers.empty()) {
            wait(lock, work_, look_again);
            continue;
        }
        if (load.portions.empty()) lane = nullptr;  // only answers: no lane is needed
        if (lane != nullptr) lane->busy_since = now;
        const bool has_more = book_.waiting_jobs() > 0;
        lock.unlock();
        if (has_more) work_.notify_one();
        deliver(answers);
        if (lane != nullptr) score_load(*lane, load, now, answers);
        deliver(answers);
        lock.lock();
    }
}

void Batcher::Impl::serve_clerk() {
    Answers answers;
    Lock lock(mutex_);
    while (!is_stopped_) {
        book_.expire(clock_.now(), answers);
        if (!answers.empty()) {
            lock.unlock();
            deliver(answers);
            lock.lock();
            continue;
        }
        const std::optional<TimePoint> next = book_.next_deadline();
        clerk_sleeps_to_ = next.value_or(TimePoint::max());
        wait(lock, alarm_, next);
    }
}

Batcher::Batcher(FidelityBackend& backend, const Clock& clock, BatcherLimits limits,
                 BatchObserver* observer)
    : impl_(std::make_unique<Impl>(backend, clock, limits, observer, backend.capabilities())) {}

Batcher::~Batcher() {
    stop();
}

Result<JobId> Batcher::submit(Job& job) {
    return impl_->submit(job);
}

void Batcher::cancel(JobId id) {
    impl_->cancel(id);
}

void Batcher::stop() {
    impl_->stop();
}

BatcherStatus Batcher::status() const {
    return impl_->status();
}

}  // namespace qr
