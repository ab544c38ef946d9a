// The single bridge from the batcher to a coroutine: submit a job, suspend, resume on the same io
// thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>

#include "host/base/error.h"
#include "host/batching/batcher.h"
#include "host/batching/job.h"
#include "server/http/client.h"

namespace qr {

// Everything of a job but its reply, which the bridge makes.
struct JobTerms {
    ScoreTask task;
    std::shared_ptr<const void> vectors = nullptr;  // what the task's views point into
    std::string tenant;
    int priority = 0;
    std::optional<TimePoint> deadline;
    http::Client* client = nullptr;  // whose leaving cancels the job; may be null
};

// Consumes `terms`; they and the vectors behind terms.task must stay alive until the result is
// there: the awaiting coroutine keeps both in its frame. A refused submission comes back as the
// batcher's error. terms.client is watched only if the job has to wait, and must call back on the
// coroutine's own thread.
boost::asio::awaitable<Result<JobScores>> async_scores(Batcher& batcher, JobTerms& terms);

}  // namespace qr
