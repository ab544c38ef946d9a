#include "host/batching/batcher.h"

#include <utility>

namespace qr {
namespace {

std::size_t pairs_of(const ScoreTask& task) {
    return task.queries.rows * task.documents.rows;
}

std::size_t bytes_of(const ScoreTask& task) {
    return (task.queries.rows + task.documents.rows) * task.queries.dimension * sizeof(float);
}

Error queue_full(std::string_view what, std::size_t found, std::size_t allowed) {
    return {.code = Code::overloaded,
            .message = "the queue is full (" + std::string(what) + "); try again shortly",
            .pointer = {},
            .found = std::to_string(found),
            .allowed = std::to_string(allowed)};
}

Error stopping() {
    return {.code = Code::unavailable, .message = "the server is shutting down"};
}

Error expired() {
    return {.code = Code::deadline_exceeded,
            .message = "timeout_ms passed while the request waited; it was not scored",
            .pointer = "/timeout_ms"};
}

}  // namespace

void Batcher::Batch::add(Job job, TimePoint now) {
    const bool is_expired = job.deadline.has_value() && *job.deadline <= now;
    if (!is_expired) pairs += pairs_of(job.task);
    (is_expired ? expired : jobs).push_back(std::move(job));
}

Batcher::Batcher(FidelityBackend& backend, const Clock& clock, BatcherLimits limits,
                 std::function<void(const BatchReport&)> on_batch)
    : backend_(backend),
      clock_(clock),
      limits_(limits),
      on_batch_(std::move(on_batch)),
      at_once_multiply_adds_max_(backend.capabilities().at_once_multiply_adds_max) {
    lane_ = std::thread([this] { run(); });
}

Batcher::~Batcher() {
    stop();
}

Result<void> Batcher::submit(Job& job) {
    Batch at_once;
    Result<void> admitted = admit(job, at_once);
    if (!admitted.ok()) return admitted;
    if (at_once.jobs.empty() && at_once.expired.empty()) {
        wake_.notify_one();
        return {};
    }
    score(std::move(at_once));
    finish_batch();
    return {};
}

// Puts the job into the queue, or into `at_once` with the backend taken for it.
Result<void> Batcher::admit(Job& job, Batch& at_once) {
    const std::size_t bytes = bytes_of(job.task);
    const std::lock_guard lock(mutex_);
    if (is_stopping_) return stopping();
    if (queue_.size() >= limits_.queue_jobs_max) {
        return queue_full("jobs", queue_.size(), limits_.queue_jobs_max);
    }
    // An empty queue takes any job: the request limits bound it.
    if (!queue_.empty() && queue_bytes_ + bytes > limits_.queue_bytes_max) {
        return queue_full("bytes", queue_bytes_ + bytes, limits_.queue_bytes_max);
    }
    const TimePoint now = clock_.now();
    job.arrived = now;
    if (may_score_at_once(job.task)) {
        is_scoring_ = true;
        at_once.add(std::move(job), now);
        return {};
    }
    const TimePoint effective_arrival = now + job.priority * kPriorityStep;
    queue_.emplace(effective_arrival, std::move(job));
    queue_bytes_ += bytes;
    return {};
}

bool Batcher::may_score_at_once(const ScoreTask& task) const {
    const std::size_t multiply_adds = pairs_of(task) * task.queries.dimension;
    return !is_scoring_ && queue_.empty() && multiply_adds <= at_once_multiply_adds_max_;
}

void Batcher::stop() {
    Queue left;
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
        left.swap(queue_);
        queue_bytes_ = 0;
    }
    wake_.notify_all();
    for (auto& [arrival, job] : left)
        job.reply.deliver(stopping());
    if (lane_.joinable()) lane_.join();
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return !is_scoring_; });
}

std::size_t Batcher::waiting_jobs() const {
    const std::lock_guard lock(mutex_);
    return queue_.size();
}

void Batcher::run() {
    for (Batch batch; take_batch(batch); batch = {}) {
        score(std::move(batch));
        finish_batch();
    }
}

bool Batcher::take_batch(Batch& batch) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return is_stopping_ || (!queue_.empty() && !is_scoring_); });
    if (is_stopping_) return false;
    is_scoring_ = true;
    const TimePoint now = clock_.now();
    while (!queue_.empty()) {
        Job& next = queue_.begin()->second;
        const std::size_t pairs = pairs_of(next.task);
        if (!batch.jobs.empty() && batch.pairs + pairs > limits_.batch_pairs_max) break;
        queue_bytes_ -= bytes_of(next.task);
        batch.add(std::move(next), now);
        queue_.erase(queue_.begin());
    }
    return true;
}

void Batcher::finish_batch() {
    {
        const std::lock_guard lock(mutex_);
        is_scoring_ = false;
        if (queue_.empty() && !is_stopping_) return;
    }
    wake_.notify_all();
}

Result<Scores> Batcher::run_backend(const Batch& batch, BatchReport& report) {
    ScoreBatch tasks;
    tasks.tasks.reserve(batch.jobs.size());
    for (const Job& job : batch.jobs) {
        tasks.tasks.push_back(job.task);
        report.documents += job.task.documents.rows;
    }
    const TimePoint start = clock_.now();
    Result<Scores> scores = backend_.score(tasks);
    report.scored = clock_.now() - start;
    if (!scores.ok()) report.failed = scores.error().code;
    return scores;
}

void Batcher::score(Batch batch) {
    for (Job& job : batch.expired)
        job.reply.deliver(expired());
    BatchReport report{
        .tasks = batch.jobs.size(), .pairs = batch.pairs, .expired = batch.expired.size()};
    const TimePoint taken = clock_.now();
    Result<Scores> scores = batch.jobs.empty() ? Scores{} : run_backend(batch, report);
    if (on_batch_) on_batch_(report);
    for (std::size_t i = 0; i < batch.jobs.size(); ++i) {
        Job& job = batch.jobs[i];
        if (!scores.ok()) {
            job.reply.deliver(scores.error());
            continue;
        }
        job.reply.deliver(JobScores{.scores = std::move(scores->tasks[i]),
                                    .backend = backend_.name(),
                                    .waited = taken - job.arrived,
                                    .scored = report.scored});
    }
}

}  // namespace qr
