// Where a test's replies arrive, and jobs small enough to write down.
#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <vector>

#include "host/batching/job.h"

namespace qr::test {

// Counts its deliveries and keeps the first.
class Mailbox {
  public:
    Reply reply() { return Reply(std::make_unique<Sink>(*this)); }
    Result<JobScores> await() { return promise_.get_future().get(); }
    int deliveries() const { return deliveries_; }

  private:
    class Sink final : public ReplySink {
      public:
        explicit Sink(Mailbox& box) : box_(box) {}
        void deliver(Result<JobScores> result) noexcept override {
            if (++box_.deliveries_ == 1) box_.promise_.set_value(std::move(result));
        }

      private:
        Mailbox& box_;
    };

    std::atomic<int> deliveries_ = 0;
    std::promise<Result<JobScores>> promise_;
};

// One query and `documents` rows of dimension 1, all of them `mark`.
struct Vectors {
    explicit Vectors(float mark, std::size_t documents = 1) : rows(documents, mark) {}
    ScoreTask task() const {
        return {.queries = {rows.data(), 1, 1},
                .documents = {rows.data(), rows.size(), 1},
                .method = scoring::Method::cosine};
    }
    std::vector<float> rows;
};

inline Job job_of(const Vectors& vectors, Mailbox& box, int priority = 0) {
    return {.task = vectors.task(), .tenant = {}, .priority = priority, .reply = box.reply()};
}

// Whose vectors live as long as anybody looks at them.
inline Job job_of(std::shared_ptr<const Vectors> vectors, Mailbox& box) {
    Job job = job_of(*vectors, box);
    job.vectors = std::move(vectors);
    return job;
}

}  // namespace qr::test
