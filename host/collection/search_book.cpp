#include "host/collection/search_book.h"

#include <algorithm>
#include <tuple>

namespace qr {
namespace {

// A query is a row to the policy, and the unit of a pass.
constexpr BatchTerms kPassTerms{.multiply_adds_max = kSearchQueriesMax, .delay_max = {}};

Error unsearched_error(Code why) {
    switch (why) {
        case Code::cancelled:
            return {.code = why, .message = "the client left before its answer"};
        case Code::deadline_exceeded:
            return {.code = why,
                    .message = "timeout_ms passed before the collection was searched",
                    .pointer = "/timeout_ms"};
        default:
            return {.code = Code::unavailable, .message = "the server is shutting down"};
    }
}

}  // namespace

JobId SearchBook::accept(SearchJob&& job, TimePoint now) {
    const JobId id = ++last_id_;
    if (job.deadline) deadlines_.emplace(*job.deadline, id);
    const auto added =
        jobs_.emplace_hint(jobs_.end(), std::piecewise_construct, std::forward_as_tuple(id),
                           std::forward_as_tuple(id, std::move(job), now));
    PendingSearch& pending = added->second;
    const BatchKey key{.dimension = pending.job.queries.dimension,
                       .rows = pending.job.collection.get()};
    pending.ticket = waiting_.add(id, key, pending.job.tenant,
                                  {.arrived = now,
                                   .deadline = pending.job.deadline,
                                   .priority = pending.job.priority,
                                   .row_multiply_adds = 1,
                                   .rows_left = pending.job.queries.rows});
    return id;
}

void SearchBook::take(TimePoint now, SearchPass& pass, UnsentAnswers& answers) {
    for (;;) {
        const Plan next = plan(waiting_, kPassTerms, now);
        for (const JobId id : next.expired) {
            PendingSearch& pending = jobs_.at(id);
            drop(pending, Code::deadline_exceeded);
            settle(pending, answers);
        }
        for (const Slice& slice : next.slices)
            hand_over(slice, now, pass);
        if (!next.slices.empty() || next.expired.empty()) return;
    }
}

void SearchBook::hand_over(const Slice& slice, TimePoint now, SearchPass& pass) {
    PendingSearch& pending = jobs_.at(slice.id);
    if (slice.first_row == 0) pending.left_at = now;
    pass.push_back({.pending = &pending, .first = slice.first_row, .count = slice.rows});
    ++pending.in_passes;
    if (!waiting_.take(*pending.ticket, slice.rows, now)) pending.ticket.reset();
}

void SearchBook::give_back(SearchPass& pass, TimePoint now, UnsentAnswers& answers) {
    for (const SearchPortion& portion : pass) {
        PendingSearch& pending = *portion.pending;
        --pending.in_passes;
        pending.answer.waited = pending.left_at - pending.arrived;
        pending.answer.searched = now - pending.left_at;
        if (pending.failure) stop_waiting(pending);
        settle(pending, answers);
    }
    pass.clear();
}

void SearchBook::cancel(JobId id, UnsentAnswers& answers) {
    const auto found = jobs_.find(id);
    if (found == jobs_.end()) return;
    drop(found->second, Code::cancelled);
    settle(found->second, answers);
}

void SearchBook::expire(TimePoint now, UnsentAnswers& answers) {
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        PendingSearch& pending = jobs_.at(deadlines_.begin()->second);
        deadlines_.erase(deadlines_.begin());
        drop(pending, Code::deadline_exceeded);
        answer(pending, answers);
        settle(pending, answers);
    }
}

std::optional<TimePoint> SearchBook::next_deadline() const {
    if (deadlines_.empty()) return std::nullopt;
    return deadlines_.begin()->first;
}

void SearchBook::close(UnsentAnswers& answers) {
    for (auto next = jobs_.begin(); next != jobs_.end();) {
        PendingSearch& pending = (next++)->second;
        if (!pending.ticket) continue;
        drop(pending, Code::unavailable);
        settle(pending, answers);
    }
}

void SearchBook::drop(PendingSearch& pending, Code why) {
    pending.claim->drop(why);
    stop_waiting(pending);
}

void SearchBook::stop_waiting(PendingSearch& pending) {
    if (!pending.ticket) return;
    waiting_.remove(*pending.ticket);
    pending.ticket.reset();
}

// One that is answered while a pass has it leaves its results to the pass, which still writes them.
void SearchBook::answer(PendingSearch& pending, UnsentAnswers& answers) {
    if (pending.is_answered) return;
    pending.is_answered = true;
    if (pending.job.deadline) deadlines_.erase({*pending.job.deadline, pending.id});
    UnsentAnswer unsent{.sink = std::move(pending.job.sink),
                        .result = Error{},
                        .unsearched = pending.claim->why_dropped(),
                        .claim = pending.claim};
    if (unsent.unsearched) {
        unsent.result = unsearched_error(*unsent.unsearched);
    } else if (pending.failure) {
        unsent.result = *pending.failure;
    } else {
        unsent.result = std::move(pending.answer);
    }
    answers.push_back(std::move(unsent));
}

void SearchBook::settle(PendingSearch& pending, UnsentAnswers& answers) {
    if (pending.in_passes > 0 || pending.ticket) return;
    answer(pending, answers);
    jobs_.erase(pending.id);
}

}  // namespace qr
