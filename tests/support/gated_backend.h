// A stand-in backend for tests of what surrounds one: it records every batch, and can be held shut
// so that jobs pile up behind a batch in flight. A document's score is its first component, for
// every query. Claims are asked once a task, when the gate is open. A batch without claims is a
// canary: it passes, shut or not, and is not recorded.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "host/backend/fidelity_backend.h"
#include "host/backend/reference/reference_backend.h"

namespace qr::test {

class GatedBackend final : public FidelityBackend {
  public:
    std::string_view name() const override { return "gated"; }
    BackendCapabilities capabilities() const override { return capabilities_; }
    // Before a batcher is built around it.
    void allow_at_once(std::size_t multiply_adds) {
        capabilities_.at_once_multiply_adds_max = multiply_adds;
    }
    void limit_batches(std::size_t multiply_adds) {
        capabilities_.batch_multiply_adds_max = multiply_adds;
    }
    void set_lanes(std::size_t lanes) { capabilities_.lanes = lanes; }
    void call_itself(std::string_view name) { scores_name_ = name; }

    Result<Scores> score(const ScoreBatch& batch) override {
        if (!batch.tasks.front().claim) return ReferenceBackend().score(batch);
        std::unique_lock lock(mutex_);
        batch_sizes_.push_back(batch.tasks.size());
        changed_.notify_all();
        changed_.wait(lock, [this] { return is_open_; });
        if (failure_) return *failure_;
        Scores scores{.backend = scores_name_};
        for (const ScoreTask& task : batch.tasks)
            scores.tasks.push_back(score_task(task));
        return scores;
    }

    void shut() { set_open(false); }
    void open() { set_open(true); }
    void fail_with(std::optional<Error> failure) {
        const std::lock_guard lock(mutex_);
        failure_ = std::move(failure);
    }

    // Blocks until that many batches have entered score().
    void await_batches(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return batch_sizes_.size() >= count; });
    }
    std::vector<std::size_t> batch_sizes() const {
        const std::lock_guard lock(mutex_);
        return batch_sizes_;
    }
    // First document component of every task scored, in order.
    std::vector<float> scored() const {
        const std::lock_guard lock(mutex_);
        return scored_;
    }
    // Documents scored.
    std::size_t rows() const {
        const std::lock_guard lock(mutex_);
        return rows_;
    }

  private:
    TaskScores score_task(const ScoreTask& task) {
        if (task.claim != nullptr && task.claim->is_dropped()) return {.is_dropped = true};
        scored_.push_back(task.documents.data[0]);
        rows_ += task.documents.rows;
        TaskScores scores;
        for (std::size_t query = 0; query < task.queries.rows; ++query) {
            for (std::size_t row = 0; row < task.documents.rows; ++row)
                scores.values.push_back(double{task.documents.row(row)[0]});
        }
        return scores;
    }

    void set_open(bool is_open) {
        const std::lock_guard lock(mutex_);
        is_open_ = is_open;
        changed_.notify_all();
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    BackendCapabilities capabilities_{"test", "none", 1, 1, std::size_t{1} << 25, 0};
    std::string_view scores_name_;
    bool is_open_ = true;
    std::optional<Error> failure_;
    std::vector<std::size_t> batch_sizes_;
    std::vector<float> scored_;
    std::size_t rows_ = 0;
};

}  // namespace qr::test
