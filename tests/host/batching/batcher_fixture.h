// A batcher's surroundings in its tests: a backend behind a gate, a clock that stands, an observer
// that keeps everything.
#pragma once

#include <gtest/gtest.h>

#include <mutex>
#include <vector>

#include "host/batching/batcher.h"
#include "tests/host/batching/mailbox.h"
#include "tests/support/gated_backend.h"
#include "tests/support/manual_clock.h"

namespace qr::test {

class Recorder final : public BatchObserver {
  public:
    void on_batch(const BatchReport& report) noexcept override {
        const std::lock_guard lock(mutex_);
        reports_.push_back(report);
    }
    void on_unscored(Code why) noexcept override {
        const std::lock_guard lock(mutex_);
        unscored_.push_back(why);
    }
    std::vector<BatchReport> reports() const {
        const std::lock_guard lock(mutex_);
        return reports_;
    }
    std::vector<Code> unscored() const {
        const std::lock_guard lock(mutex_);
        return unscored_;
    }

  private:
    mutable std::mutex mutex_;
    std::vector<BatchReport> reports_;
    std::vector<Code> unscored_;
};

class BatcherFixture : public testing::Test {
  protected:
    // Puts one job in flight and holds the backend there, so that later jobs wait.
    void occupy(Batcher& batcher) {
        backend_.shut();
        submit(batcher, job_of(first_, first_box_));
        backend_.await_batches(1);
    }
    static JobId submit(Batcher& batcher, Job job) {
        const Result<JobId> id = batcher.submit(job);
        EXPECT_TRUE(id.ok());
        return id.ok() ? *id : kNoJob;
    }

    GatedBackend backend_;
    ManualClock clock_;
    Recorder recorder_;
    Vectors first_{0};
    Mailbox first_box_;
};

}  // namespace qr::test
