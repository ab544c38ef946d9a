#include "host/batching/batcher.h"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace qr {
namespace {

constexpr Duration kPriorityStep = std::chrono::milliseconds(10);

class JobClaim final : public Claim {
  public:
    JobClaim(const Clock& clock, std::optional<TimePoint> deadline,
             std::shared_ptr<const void> vectors)
        : clock_(clock), deadline_(deadline), vectors_(std::move(vectors)) {}
    bool is_dropped() const noexcept override { return is_cancelled_.load() || is_expired(); }
    bool is_expired() const noexcept { return deadline_ && *deadline_ <= clock_.now(); }
    void cancel() noexcept { is_cancelled_.store(true); }
    bool is_cancelled() const noexcept { return is_cancelled_.load(); }

  private:
    const Clock& clock_;
    const std::optional<TimePoint> deadline_;
    const std::shared_ptr<const void> vectors_;
    std::atomic<bool> is_cancelled_{false};
};

std::size_t pairs_of(const ScoreTask& task) {
    return task.queries.rows * task.documents.rows;
}

Error error_of(Code code) {
    switch (code) {
        case Code::cancelled:
            return {.code = code, .message = "the client left before its answer"};
        case Code::deadline_exceeded:
            return {.code = code,
                    .message = "timeout_ms passed while the request waited; it was not scored",
                    .pointer = "/timeout_ms"};
        default:
            return {.code = Code::unavailable, .message = "the server is shutting down"};
    }
}

struct Waiting {
    JobId id;
    Job job;
    TimePoint arrived;
    std::shared_ptr<JobClaim> claim;
};

}  // namespace

class Batcher::Impl {
  public:
    Impl(FidelityBackend& backend, const Clock& clock, BatcherLimits limits,
         BatchObserver* observer)
        : backend_(backend), clock_(clock), limits_(limits), observer_(observer) {
        lane_ = std::thread([this] { run(); });
    }

    Result<JobId> submit(Job& job) {
        std::unique_lock lock(mutex_);
        if (is_stopping_) return error_of(Code::unavailable);
        if (queue_.size() >= limits_.jobs_max) {
            return Error{.code = Code::overloaded,
                         .message = "the queue is full; try again shortly",
                         .found = std::to_string(queue_.size()),
                         .allowed = std::to_string(limits_.jobs_max)};
        }
        const TimePoint now = clock_.now();
        auto claim = std::make_shared<JobClaim>(clock_, job.deadline, std::move(job.vectors));
        const TimePoint position = now + job.priority * kPriorityStep;
        const JobId id = ++last_id_;
        const std::size_t work = pairs_of(job.task) * job.task.queries.dimension;
        job.task.claim = claim;
        Waiting waiting{id, std::move(job), now, std::move(claim)};
        if (!is_scoring_ && queue_.empty() &&
            work <= backend_.capabilities().at_once_multiply_adds_max) {
            is_scoring_ = true;
            lock.unlock();
            std::vector<Waiting> alone;
            alone.push_back(std::move(waiting));
            score(std::move(alone));
            finish();
            return kNoJob;
        }
        queue_.emplace(position, std::move(waiting));
        lock.unlock();
        wake_.notify_all();
        return id;
    }

    void cancel(JobId id) {
        std::optional<Waiting> found;
        {
            const std::lock_guard lock(mutex_);
            for (auto i = queue_.begin(); i != queue_.end(); ++i) {
                if (i->second.id != id) continue;
                found.emplace(std::move(i->second));
                queue_.erase(i);
                break;
            }
        }
        if (found) refuse(*found, Code::cancelled);
    }

    void stop() {
        std::multimap<TimePoint, Waiting> left;
        {
            const std::lock_guard lock(mutex_);
            is_stopping_ = true;
            left.swap(queue_);
        }
        wake_.notify_all();
        for (auto& [position, waiting] : left)
            refuse(waiting, Code::unavailable);
        if (lane_.joinable()) lane_.join();
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return !is_scoring_; });
    }

    BatcherStatus status() const {
        const std::lock_guard lock(mutex_);
        BatcherStatus status{.waiting_jobs = queue_.size(), .lanes = {status_}};
        for (const auto& [position, waiting] : queue_)
            status.waiting_rows += waiting.job.task.documents.rows;
        return status;
    }

  private:
    void refuse(Waiting& waiting, Code why) {
        if (observer_ != nullptr) observer_->on_unscored(why);
        waiting.job.reply.deliver(error_of(why));
    }

    void run() {
        std::vector<Waiting> batch;
        while (take(batch)) {
            score(std::move(batch));
            finish();
            batch.clear();
        }
    }

    bool take(std::vector<Waiting>& batch) {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return is_stopping_ || (!queue_.empty() && !is_scoring_); });
        if (is_stopping_) return false;
        is_scoring_ = true;
        for (auto& [position, waiting] : queue_)
            batch.push_back(std::move(waiting));
        queue_.clear();
        return true;
    }

    void finish() {
        {
            const std::lock_guard lock(mutex_);
            is_scoring_ = false;
            status_.busy_since.reset();
            ++status_.batches;
        }
        wake_.notify_all();
    }

    void score(std::vector<Waiting> jobs) {
        const TimePoint taken = clock_.now();
        std::vector<Waiting> wanted;
        for (Waiting& waiting : jobs) {
            if (waiting.claim->is_expired()) {
                refuse(waiting, Code::deadline_exceeded);
            } else {
                wanted.push_back(std::move(waiting));
            }
        }
        if (wanted.empty()) return;
        ScoreBatch batch;
        BatchReport report{.jobs = wanted.size(), .backend = backend_.name()};
        for (const Waiting& waiting : wanted) {
            batch.tasks.push_back(waiting.job.task);
            report.rows += waiting.job.task.documents.rows;
            report.pairs += pairs_of(waiting.job.task);
        }
        Result<Scores> scores = backend_.score(batch);
        report.scored = clock_.now() - taken;
        if (!scores.ok()) report.failed = scores.error().code;
        if (observer_ != nullptr) observer_->on_batch(report);
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            Reply& reply = wanted[i].job.reply;
            if (!scores.ok()) {
                reply.deliver(scores.error());
            } else {
                reply.deliver(JobScores{.scores = std::move(scores->tasks[i]),
                                        .backend = backend_.name(),
                                        .waited = taken - wanted[i].arrived,
                                        .scored = report.scored});
            }
        }
    }

    FidelityBackend& backend_;
    const Clock& clock_;
    const BatcherLimits limits_;
    BatchObserver* const observer_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::multimap<TimePoint, Waiting> queue_;
    JobId last_id_ = kNoJob;
    bool is_stopping_ = false;
    bool is_scoring_ = false;
    LaneStatus status_;
    std::thread lane_;
};

Batcher::Batcher(FidelityBackend& backend, const Clock& clock, BatcherLimits limits,
                 BatchObserver* observer)
    : impl_(std::make_unique<Impl>(backend, clock, limits, observer)) {}

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
