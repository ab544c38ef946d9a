// From a job to its reply without another thread: a small job that the submitting thread scores,
// and the book that the batcher keeps for those that wait.
#include <optional>
#include <string>

#include "host/batching/batcher.h"
#include "host/batching/job_book.h"
#include "perf/gate.h"
#include "perf/guard/hot_path.h"
#include "perf/guard/scored_vectors.h"

namespace qr::perf {
namespace {

constexpr std::size_t kJobs = 8;

using Delivered = std::optional<Result<JobScores>>;

class Sink final : public ReplySink {
  public:
    explicit Sink(Delivered& delivered) : delivered_(delivered) {}
    void deliver(Result<JobScores> result) noexcept override { delivered_ = std::move(result); }

  private:
    Delivered& delivered_;
};

Job job_of(const ScoredVectors& vectors, Delivered& delivered) {
    return {.task = vectors.task(),
            .vectors = nullptr,
            .tenant = {},
            .reply = Reply(std::make_unique<Sink>(delivered))};
}

// Time stands still: what waits is decided by positions alone.
class StoppedClock final : public Clock {
  public:
    TimePoint now() const override { return TimePoint(std::chrono::seconds(1)); }
};

class SubmitToReply final : public HotPath {
  public:
    void prepare() override {
        delivered_.reset();
        job_.emplace(job_of(vectors_, delivered_));
    }
    void run() override { submitted_ = batcher_.submit(*job_); }
    void pass_gate() override {
        if (!submitted_.ok()) shut_gate("submit", submitted_.error().message);
        if (*submitted_ != kNoJob || !delivered_) shut_gate("submit", "was handed to a lane");
        if (!delivered_->ok()) shut_gate("submit", delivered_->error().message);
        vectors_.pass_gate("submit", delivered_->value().scores.values);
    }

  private:
    const ScoredVectors vectors_{10, 384, scoring::Method::signed_fidelity};
    const std::unique_ptr<FidelityBackend> backend_ = make_counted_backend();
    const StoppedClock clock_;
    Batcher batcher_{*backend_, clock_, {}};
    Delivered delivered_;
    std::optional<Job> job_;
    Result<JobId> submitted_ = kNoJob;
};

// Eight jobs wait, leave in one batch, come back with their scores and are answered.
class BookJobs final : public HotPath {
  public:
    void prepare() override {
        jobs_.clear();
        scores_.clear();
        load_ = {};
        answers_.clear();
        for (Delivered& delivered : delivered_) {
            delivered.reset();
            jobs_.push_back(job_of(vectors_, delivered));
        }
        for (std::size_t i = 0; i < kJobs; ++i)
            scores_.push_back({.values = std::vector<double>(10, static_cast<double>(i))});
    }
    void run() override {
        for (Job& job : jobs_)
            book_.accept(std::move(job), kNow);
        book_.take(kNow, load_, answers_);
        for (std::size_t i = 0; i < load_.portions.size(); ++i)
            load_.portions[i].add(std::move(scores_.at(i)));
        load_.batch.tasks.clear();
        book_.give_back(load_, {.scored_at = kNow, .backend = "cpu", .failure = {}}, answers_);
        for (Answer& answer : answers_)
            answer.reply.deliver(std::move(answer.result));
    }
    void pass_gate() override {
        for (std::size_t i = 0; i < kJobs; ++i) {
            if (!delivered_[i] || !delivered_[i]->ok()) shut_gate("book", "left a job unanswered");
            const std::vector<double> expected(10, static_cast<double>(i));
            perf::pass_gate<double>("book", expected, delivered_[i]->value().scores.values);
        }
    }

  private:
    static constexpr TimePoint kNow = TimePoint(std::chrono::seconds(1));

    const ScoredVectors vectors_{10, 384, scoring::Method::signed_fidelity};
    std::array<Delivered, kJobs> delivered_;
    JobBook book_{64, {}};
    std::vector<Job> jobs_;
    std::vector<TaskScores> scores_;
    JobBook::Load load_;
    Answers answers_;
};

}  // namespace

HotPathEntries batching_paths() {
    return {{"submit_to_reply_10x384", &make_path<SubmitToReply>},
            {"book_8_jobs", &make_path<BookJobs>}};
}

}  // namespace qr::perf
