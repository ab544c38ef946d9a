#include "host/collection/search_book.h"

#include <utility>

#include "host/batching/job_book.h"

namespace qr {
namespace {

// A query is a row to the policy, and the unit of a pass.
constexpr BatchTerms kPassTerms{.multiply_adds_max = kSearchQueriesMax, .delay_max = {}};

Error unsearched_error(Code why) {
    Error error = unscored_error(why);
    if (why == Code::deadline_exceeded)
        error.message = "timeout_ms passed before the collection was searched";
    return error;
}

}  // namespace

// One that is answered while a pass has it leaves its results to the pass, which still writes them.
UnsentAnswer final_answer(PendingSearch& pending) {
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
    return unsent;
}

JobId SearchBook::accept(SearchJob&& job, TimePoint now) {
    PendingSearch& pending = pending_.enter(std::move(job), now);
    const MatrixView& queries = pending.job.queries;
    pending_.wait(pending, {.dimension = queries.dimension, .rows = pending.job.collection.get()},
                  queries.rows, 1);
    return pending.id;
}

void SearchBook::take(TimePoint now, SearchPass& pass, UnsentAnswers& answers) {
    pending_.take(kPassTerms, now, answers, [&](PendingSearch& pending, const Slice& slice) {
        if (slice.first_row == 0) pending.left_at = now;
        pass.push_back({.pending = &pending, .first = slice.first_row, .count = slice.rows});
        pending_.leave(pending, slice.rows, now);
    });
}

void SearchBook::give_back(SearchPass& pass, TimePoint now, UnsentAnswers& answers) {
    for (const SearchPortion& portion : pass) {
        PendingSearch& pending = *portion.pending;
        --pending.in_lanes;
        pending.answer.waited = pending.left_at - pending.arrived;
        pending.answer.searched = now - pending.left_at;
        if (pending.failure) pending_.stop_waiting(pending);
        pending_.settle(pending, answers);
    }
    pass.clear();
}

}  // namespace qr
