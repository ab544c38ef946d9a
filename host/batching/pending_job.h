// What the batcher knows of one job that it has accepted and is not done with.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "host/batching/job.h"
#include "host/batching/job_claim.h"
#include "host/batching/score_assembly.h"
#include "host/batching/waiting_queue.h"

namespace qr {

struct PendingJob {
    PendingJob(JobId its_id, Job&& its_job, TimePoint its_arrival)
        : id(its_id),
          job(std::move(its_job)),
          arrived(its_arrival),
          claim(std::make_shared<JobClaim>(std::move(job.vectors))),
          assembly(job.task.queries.rows, job.task.documents.rows) {}

    const JobId id;
    Job job;  // but for its vectors, which the claim keeps
    const TimePoint arrived;
    const std::shared_ptr<JobClaim> claim;
    ScoreAssembly assembly;
    std::optional<WaitingQueue::Ticket> ticket;  // while some of its rows wait
    std::size_t in_lanes = 0;                    // slices
    bool is_answered = false;

    TimePoint left_at;         // its first slice
    TimePoint scored_at;       // its last slice so far
    std::string_view backend;  // of that slice; another may have scored those before
    std::optional<Error> failure;
};

}  // namespace qr
