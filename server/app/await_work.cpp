#include "server/app/await_work.h"

namespace qr::detail {

std::optional<Error> reason_to_skip(const Clock* clock, std::optional<TimePoint> deadline,
                                    const ClientGone& is_gone) {
    if (is_gone != nullptr && is_gone->load(std::memory_order_relaxed)) {
        return Error{.code = Code::cancelled, .message = "the client left before its answer"};
    }
    if (clock != nullptr && deadline && clock->now() >= *deadline) {
        return Error{.code = Code::deadline_exceeded,
                     .message = "the deadline passed before the request was worked on"};
    }
    return std::nullopt;
}

Error refusal_of(WorkPool::Taken taken) {
    if (taken == WorkPool::Taken::stopped) {
        return {.code = Code::unavailable, .message = "the server is stopping"};
    }
    return {.code = Code::overloaded,
            .message = "collections: too many requests wait for the disk; try again shortly",
            .reason = "work"};
}

}  // namespace qr::detail
