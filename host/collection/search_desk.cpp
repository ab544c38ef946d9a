#include "host/collection/search_desk.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "host/collection/search_book.h"
#include "host/collection/search_pass.h"

namespace qr {
namespace {

// A sleeper with a later appointment looks up once an hour.
constexpr Duration kSleepMax = std::chrono::hours(1);

}  // namespace

class SearchDesk::Impl {
  public:
    Impl(const Clock& clock, SearchDeskLimits limits, PassObserver* observer)
        : clock_(clock), observer_(observer), limits_(limits), book_(limits.jobs_max) {
        lane_ = std::thread([this] { serve_lane(); });
        clerk_ = std::thread([this] { serve_clerk(); });
    }

    Result<JobId> submit(SearchJob& job);
    void cancel(JobId id);
    void stop();

    std::size_t waiting_jobs() const {
        const Lock lock(mutex_);
        return book_.waiting_jobs();
    }

  private:
    using Lock = std::unique_lock<std::mutex>;

    void run(SearchPass& pass, UnsentAnswers& answers);
    void deliver(UnsentAnswers& answers);
    void serve_lane();
    void serve_clerk();

    const Clock& clock_;
    PassObserver* const observer_;
    const SearchDeskLimits limits_;

    mutable std::mutex mutex_;
    std::condition_variable work_;   // for the lane: a job waits
    std::condition_variable alarm_;  // for the clerk: a deadline before the one it sleeps to
    SearchBook book_;
    TimePoint clerk_sleeps_to_ = TimePoint::max();
    bool is_stopping_ = false;

    std::mutex stopping_;  // one stop() at a time
    std::thread lane_;
    std::thread clerk_;
};

Result<JobId> SearchDesk::Impl::submit(SearchJob& job) {
    Lock lock(mutex_);
    if (is_stopping_)
        return Error{.code = Code::unavailable, .message = "the server is shutting down"};
    if (book_.is_full()) {
        return Error{.code = Code::overloaded,
                     .message = "the queue of searches is full; try again shortly",
                     .found = std::to_string(limits_.jobs_max),
                     .allowed = std::to_string(limits_.jobs_max)};
    }
    if (job.deadline && *job.deadline < clerk_sleeps_to_) {
        clerk_sleeps_to_ = *job.deadline;
        alarm_.notify_one();
    }
    const JobId id = book_.accept(std::move(job), clock_.now());
    lock.unlock();
    work_.notify_one();
    return id;
}

void SearchDesk::Impl::cancel(JobId id) {
    UnsentAnswers answers;
    {
        const Lock lock(mutex_);
        book_.cancel(id, answers);
    }
    deliver(answers);
}

void SearchDesk::Impl::stop() {
    const std::lock_guard alone(stopping_);
    UnsentAnswers answers;
    {
        const Lock lock(mutex_);
        is_stopping_ = true;
        book_.close(answers);
    }
    work_.notify_one();
    alarm_.notify_one();
    deliver(answers);
    if (lane_.joinable()) lane_.join();
    if (clerk_.joinable()) clerk_.join();
}

void SearchDesk::Impl::run(SearchPass& pass, UnsentAnswers& answers) {
    const TimePoint started = clock_.now();
    PassReport report = run_pass(pass);
    const TimePoint ended = clock_.now();
    report.searched = ended - started;
    if (observer_ != nullptr) observer_->on_pass(report);
    const Lock lock(mutex_);
    book_.give_back(pass, ended, answers);
}

void SearchDesk::Impl::deliver(UnsentAnswers& answers) {
    for (UnsentAnswer& answer : answers) {
        if (observer_ != nullptr && answer.unsearched) observer_->on_unsearched(*answer.unsearched);
        answer.claim.reset();
        answer.sink->deliver(std::move(answer.result));
    }
    answers.clear();
}

void SearchDesk::Impl::serve_lane() {
    SearchPass pass;
    UnsentAnswers answers;
    Lock lock(mutex_);
    while (!is_stopping_) {
        book_.take(clock_.now(), pass, answers);
        if (pass.empty() && answers.empty()) {
            work_.wait(lock);
            continue;
        }
        lock.unlock();
        deliver(answers);
        if (!pass.empty()) run(pass, answers);
        deliver(answers);
        lock.lock();
    }
}

void SearchDesk::Impl::serve_clerk() {
    UnsentAnswers answers;
    Lock lock(mutex_);
    while (!is_stopping_) {
        const TimePoint now = clock_.now();
        book_.expire(now, answers);
        if (!answers.empty()) {
            lock.unlock();
            deliver(answers);
            lock.lock();
            continue;
        }
        const std::optional<TimePoint> next = book_.next_deadline();
        clerk_sleeps_to_ = next.value_or(TimePoint::max());
        if (next) {
            alarm_.wait_for(lock, std::min(*next - now, kSleepMax));
        } else {
            alarm_.wait(lock);
        }
    }
}

SearchDesk::SearchDesk(const Clock& clock, SearchDeskLimits limits, PassObserver* observer)
    : impl_(std::make_unique<Impl>(clock, limits, observer)) {}

SearchDesk::~SearchDesk() {
    stop();
}

Result<JobId> SearchDesk::submit(SearchJob& job) {
    return impl_->submit(job);
}

void SearchDesk::cancel(JobId id) {
    impl_->cancel(id);
}

void SearchDesk::stop() {
    impl_->stop();
}

std::size_t SearchDesk::waiting_jobs() const {
    return impl_->waiting_jobs();
}

}  // namespace qr
