// A job is one request's scoring waiting for a lane; its reply is delivered exactly once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "host/backend/fidelity_backend.h"
#include "host/base/clock.h"
#include "host/base/error.h"

namespace qr {

// What a lane tells the waiting request.
struct JobScores {
    TaskScores scores;
    std::string_view backend;  // that really scored it; static storage
    Duration waited{};         // in the queue, until its first slice left
    Duration scored{};         // from then until its last slice was scored
};

// Where an answer goes. deliver() is called once and must not block: from a lane, the clerk, or the
// thread that submits, cancels or stops.
class ReplySink {
  public:
    virtual ~ReplySink() = default;
    virtual void deliver(Result<JobScores> result) noexcept = 0;
};

// Owns the duty to answer: a reply destroyed without delivery answers `internal`, so no client
// hangs.
class Reply {
  public:
    explicit Reply(std::unique_ptr<ReplySink> sink) : sink_(std::move(sink)) {}
    Reply(Reply&&) noexcept = default;
    Reply& operator=(Reply&&) = delete;
    ~Reply();

    void deliver(Result<JobScores> result) noexcept;

  private:
    std::unique_ptr<ReplySink> sink_;
};

// Names a job that waits or is being scored. kNoJob: nothing is left to cancel.
using JobId = std::uint64_t;
inline constexpr JobId kNoJob = 0;

struct Job {
    ScoreTask task;  // its claim is made by the batcher
    // What the task's views point into; kept as long as a lane may read it, which may be after the
    // answer. Null: the submitter keeps the bytes until the answer, which then waits for the lane.
    std::shared_ptr<const void> vectors = nullptr;
    std::string tenant;  // key id; empty without keys
    int priority = 0;    // 0..999, 0 first
    std::optional<TimePoint> deadline = std::nullopt;
    Reply reply;
};

}  // namespace qr
