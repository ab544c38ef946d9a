// A stand-in backend for tests of what surrounds one: it records every batch, and can be held shut
// so that jobs pile up behind a batch in flight. Its scores are the tasks' first document
// components.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "host/backend/fidelity_backend.h"

namespace qr::test {

class GatedBackend final : public FidelityBackend {
  public:
    std::string_view name() const override { return "gated"; }
    BackendCapabilities capabilities() const override {
        return {"test", "none", 1, 1, std::size_t{1} << 25, at_once_multiply_adds_max_};
    }
    // Before a batcher is built around it.
    void allow_at_once(std::size_t multiply_adds) { at_once_multiply_adds_max_ = multiply_adds; }

    Result<Scores> score(const ScoreBatch& batch) override {
        std::unique_lock lock(mutex_);
        batch_sizes_.push_back(batch.tasks.size());
        changed_.notify_all();
        changed_.wait(lock, [this] { return is_open_; });
        if (failure_) return *failure_;
        Scores scores;
        for (const ScoreTask& task : batch.tasks) {
            scored_.push_back(task.documents.data[0]);
            scores.tasks.push_back({.values = {task.documents.data[0]}, .fault = {}});
        }
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

  private:
    void set_open(bool is_open) {
        const std::lock_guard lock(mutex_);
        is_open_ = is_open;
        changed_.notify_all();
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t at_once_multiply_adds_max_ = 0;
    bool is_open_ = true;
    std::optional<Error> failure_;
    std::vector<std::size_t> batch_sizes_;
    std::vector<float> scored_;
};

}  // namespace qr::test
