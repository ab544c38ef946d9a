#include "host/batching/job_book.h"

#include <algorithm>

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

Answer final_answer(PendingJob& pending) {
    Reply reply = std::move(pending.job.reply);
    if (const std::optional<Code> why = pending.claim->why_dropped()) {
        Answer answer = unscored_answer(std::move(reply), *why);
        answer.claim = pending.claim;
        return answer;
    }
    return {.claim = pending.claim, .reply = std::move(reply), .result = scores_of(pending)};
}

JobId JobBook::accept(Job&& job, TimePoint now) {
    PendingJob& pending = pending_.enter(std::move(job), now);
    const ScoreTask& task = pending.job.task;
    const std::size_t dimension = task.documents.dimension;
    pending_.wait(pending, {.dimension = dimension, .method = task.method}, task.documents.rows,
                  task.queries.rows * dimension);
    return pending.id;
}

void JobBook::accept_into_lane(Job&& job, TimePoint now, Load& load) {
    PendingJob& pending = pending_.enter(std::move(job), now);
    hand_over(pending, {pending.id, 0, pending.job.task.documents.rows}, now, load);
}

std::optional<TimePoint> JobBook::take(TimePoint now, Load& load, Answers& answers) {
    return pending_.take(terms_, now, answers, [&](PendingJob& pending, const Slice& slice) {
        hand_over(pending, slice, now, load);
    });
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
    pending_.leave(pending, slice.rows, now);
}

void JobBook::give_back(Load& load, const Outcome& outcome, Answers& answers) {
    for (const Portion& portion : load.portions) {
        PendingJob& pending = *portion.pending;
        --pending.in_lanes;
        pending.scored_at = std::max(pending.scored_at, outcome.scored_at);
        pending.backend = outcome.backend;
        if (outcome.failure) pending.failure = outcome.failure;
        if (outcome.failure || portion.is_last_needed) pending_.stop_waiting(pending);
        pending_.settle(pending, answers);
    }
    load.portions.clear();
}

// Few stand before the first that waits: no more than are in lanes.
std::optional<TimePoint> JobBook::oldest_waits_since() const {
    for (const auto& [id, pending] : pending_.jobs()) {
        if (pending.ticket) return pending.arrived;
    }
    return std::nullopt;
}

}  // namespace qr
