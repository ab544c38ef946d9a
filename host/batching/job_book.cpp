#include "host/batching/job_book.h"

#include <algorithm>
#include <tuple>

namespace qr {
namespace {

MatrixView rows_of(const MatrixView& matrix, std::size_t first_row, std::size_t rows) {
    return {matrix.data + first_row * matrix.dimension, rows, matrix.dimension};
}

Result<JobScores> scores_of(PendingJob& pending) {
    if (pending.failure) return *pending.failure;
    Result<TaskScores> scores = pending.assembly.finish();
    if (!scores.ok()) return scores.error();
    return JobScores{.scores = std::move(scores).value(),
                     .backend = pending.backend,
                     .waited = pending.left_at - pending.arrived,
                     .scored = pending.scored_at - pending.left_at};
}

}  // namespace

Error unscored_error(Code why) {
    switch (why) {
        case Code::cancelled:
            return {.code = why, .message = "the client left before its answer"};
        case Code::deadline_exceeded:
            return {.code = why,
                    .message = "timeout_ms passed before the request was scored",
                    .pointer = "/timeout_ms"};
        default:
            return {.code = Code::unavailable, .message = "the server is shutting down"};
    }
}

Answer unscored_answer(Reply reply, Code why) {
    return {.claim = nullptr,
            .reply = std::move(reply),
            .result = unscored_error(why),
            .unscored = why};
}

void JobBook::Portion::add(TaskScores scores) {
    if (scores.is_dropped && pending->claim->is_dropped()) return;
    is_last_needed = !pending->assembly.add(first_row, rows, std::move(scores));
}

PendingJob& JobBook::enter(Job&& job, TimePoint now) {
    const JobId id = ++last_id_;
    if (job.deadline) deadlines_.emplace(*job.deadline, id);
    const auto added =
        jobs_.emplace_hint(jobs_.end(), std::piecewise_construct, std::forward_as_tuple(id),
                           std::forward_as_tuple(id, std::move(job), now));
    return added->second;
}

JobId JobBook::accept(Job&& job, TimePoint now) {
    PendingJob& pending = enter(std::move(job), now);
    const ScoreTask& task = pending.job.task;
    const std::size_t dimension = task.documents.dimension;
    pending.ticket = waiting_.add(pending.id, {dimension, task.method}, pending.job.tenant,
                                  {.arrived = now,
                                   .deadline = pending.job.deadline,
                                   .priority = pending.job.priority,
                                   .row_multiply_adds = task.queries.rows * dimension,
                                   .rows_left = task.documents.rows});
    return pending.id;
}

void JobBook::accept_into_lane(Job&& job, TimePoint now, Load& load) {
    PendingJob& pending = enter(std::move(job), now);
    hand_over(pending, {pending.id, 0, pending.job.task.documents.rows}, now, load);
}

std::optional<TimePoint> JobBook::take(TimePoint now, Load& load, Answers& answers) {
    for (;;) {
        const Plan next = plan(waiting_, terms_, now);
        for (const JobId id : next.expired)
            expire(jobs_.at(id), answers);
        for (const Slice& slice : next.slices)
            hand_over(jobs_.at(slice.id), slice, now, load);
        if (!next.slices.empty() || next.expired.empty()) return next.look_again;
    }
}

void JobBook::hand_over(PendingJob& pending, const Slice& slice, TimePoint now, Load& load) {
    if (slice.first_row == 0) pending.left_at = now;
    ScoreTask task = pending.job.task;
    task.documents = rows_of(task.documents, slice.first_row, slice.rows);
    task.claim = pending.claim;
    load.batch.tasks.push_back(std::move(task));
    Portion portion;
    portion.pending = &pending;
    portion.first_row = slice.first_row;
    portion.rows = slice.rows;
    load.portions.push_back(portion);
    ++pending.in_lanes;
    if (!pending.ticket) return;
    if (!waiting_.take(*pending.ticket, slice.rows, now)) pending.ticket.reset();
}

void JobBook::give_back(Load& load, const Outcome& outcome, Answers& answers) {
    for (const Portion& portion : load.portions) {
        PendingJob& pending = *portion.pending;
        --pending.in_lanes;
        pending.scored_at = std::max(pending.scored_at, outcome.scored_at);
        pending.backend = outcome.backend;
        if (outcome.failure) pending.failure = outcome.failure;
        if (outcome.failure || portion.is_last_needed) stop_waiting(pending);
        settle(pending, answers);
    }
    load.portions.clear();
}

void JobBook::cancel(JobId id, Answers& answers) {
    const auto found = jobs_.find(id);
    if (found == jobs_.end()) return;
    drop(found->second, Code::cancelled);
    settle(found->second, answers);
}

void JobBook::expire(TimePoint now, Answers& answers) {
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        PendingJob& pending = jobs_.at(deadlines_.begin()->second);
        deadlines_.erase(deadlines_.begin());
        expire(pending, answers);
    }
}

void JobBook::expire(PendingJob& pending, Answers& answers) {
    drop(pending, Code::deadline_exceeded);
    if (pending.claim->keeps_vectors()) answer(pending, answers);
    settle(pending, answers);
}

std::optional<TimePoint> JobBook::next_deadline() const {
    if (deadlines_.empty()) return std::nullopt;
    return deadlines_.begin()->first;
}

void JobBook::close(Answers& answers) {
    for (auto next = jobs_.begin(); next != jobs_.end();) {
        PendingJob& pending = (next++)->second;
        if (!pending.ticket) continue;
        drop(pending, Code::unavailable);
        settle(pending, answers);
    }
}

// Few stand before the first that waits: no more than are in lanes.
std::optional<TimePoint> JobBook::oldest_waits_since() const {
    for (const auto& [id, pending] : jobs_) {
        if (pending.ticket) return pending.arrived;
    }
    return std::nullopt;
}

void JobBook::drop(PendingJob& pending, Code why) {
    pending.claim->drop(why);
    stop_waiting(pending);
}

void JobBook::stop_waiting(PendingJob& pending) {
    if (!pending.ticket) return;
    waiting_.remove(*pending.ticket);
    pending.ticket.reset();
}

void JobBook::answer(PendingJob& pending, Answers& answers) {
    if (pending.is_answered) return;
    pending.is_answered = true;
    if (pending.job.deadline) deadlines_.erase({*pending.job.deadline, pending.id});
    answers.push_back(final_answer(pending));
}

void JobBook::settle(PendingJob& pending, Answers& answers) {
    if (pending.in_lanes > 0 || pending.ticket) return;
    answer(pending, answers);
    jobs_.erase(pending.id);
}

Answer JobBook::final_answer(PendingJob& pending) {
    Reply reply = std::move(pending.job.reply);
    if (const std::optional<Code> why = pending.claim->why_dropped()) {
        Answer answer = unscored_answer(std::move(reply), *why);
        answer.claim = pending.claim;
        return answer;
    }
    return {.claim = pending.claim, .reply = std::move(reply), .result = scores_of(pending)};
}

}  // namespace qr
