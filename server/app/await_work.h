// The bridge from a pool of threads to a coroutine: hand over work that blocks, suspend, resume on
// the same io thread with what it returned.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <utility>

#include "host/base/clock.h"
#include "host/base/error.h"
#include "host/base/work_pool.h"
#include "server/app/client_gone.h"
#include "server/app/posting_sink.h"
#include "server/http/client.h"

namespace qr {

// What it touches must live until it has run: it keeps it, or the awaiting coroutine does.
template <class T>
struct WorkTerms {
    std::function<Result<T>()> work;
    const Clock* clock = nullptr;  // of the deadline
    std::optional<TimePoint> deadline = {};
    http::Client* client = nullptr;  // may be null
};

namespace detail {

// Why work that has not begun should not.
std::optional<Error> reason_to_skip(const Clock* clock, std::optional<TimePoint> deadline,
                                    const ClientGone& is_gone);
Error refusal_of(WorkPool::Taken taken);

// Deadline and client are asked as it begins: what has begun is finished.
template <class T, class Handler>
class PostingWork final : public Work {
  public:
    PostingWork(WorkTerms<T>& terms, ClientGone is_gone, Handler handler)
        : work_(std::move(terms.work)),
          clock_(terms.clock),
          deadline_(terms.deadline),
          is_gone_(std::move(is_gone)),
          handler_(std::move(handler)) {}

    void run() noexcept override {
        if (auto skipped = reason_to_skip(clock_, deadline_, is_gone_)) return deliver(*skipped);
        deliver(result());
    }

    void drop() noexcept override {
        deliver(Error{.code = Code::unavailable, .message = "the server is stopping"});
    }

    void deliver(Result<T> result) noexcept { post_result(std::move(handler_), std::move(result)); }

  private:
    Result<T> result() noexcept {
        try {
            return work_();
        } catch (const std::bad_alloc&) {
            return Error{.code = Code::out_of_memory, .message = "no memory for this request"};
        } catch (...) {
            return Error{.code = Code::internal, .message = "an unexpected exception"};
        }
    }

    std::function<Result<T>()> work_;
    const Clock* clock_;
    std::optional<TimePoint> deadline_;
    ClientGone is_gone_;
    Handler handler_;
};

template <class T>
struct WorkSubmission {
    template <class Handler>
    void operator()(Handler&& handler, WorkPool* pool, WorkTerms<T>* terms) const {
        using Posting = PostingWork<T, std::decay_t<Handler>>;
        auto posting = std::make_unique<Posting>(*terms, watch_client(terms->client),
                                                 std::forward<Handler>(handler));
        Posting* const work = posting.get();
        std::unique_ptr<Work> submitted = std::move(posting);
        const WorkPool::Taken taken = pool->submit(submitted);
        if (taken != WorkPool::Taken::yes) work->deliver(refusal_of(taken));
    }
};

// In a plain function, as in await_scores.cpp and for the same reason.
template <class T, class Token>
auto initiate_work(WorkPool* pool, WorkTerms<T>* terms, Token token) {
    return boost::asio::async_initiate<Token, void(Result<T>)>(WorkSubmission<T>{}, token, pool,
                                                               terms);
}

}  // namespace detail

// Consumes `terms`, which the awaiting coroutine keeps in its frame. Errors besides the work's own:
// `overloaded`, `unavailable` (stopped), `deadline_exceeded` and `cancelled` (before it began).
template <class T>
boost::asio::awaitable<Result<T>> async_work(WorkPool& pool, WorkTerms<T>& terms) {
    WorkPool* const target = &pool;
    WorkTerms<T>* const submitted = &terms;
    const auto token = boost::asio::use_awaitable;
    co_return co_await detail::initiate_work(target, submitted, token);
}

}  // namespace qr
