#include "server/app/await_scores.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

#include "server/app/posting_sink.h"

namespace qr {
namespace {

namespace asio = boost::asio;
using Signature = void(Result<JobScores>);

struct Submission {
    template <class Handler>
    void operator()(Handler&& handler, Batcher* batcher, JobTerms* terms) const {
        using Sink = PostingSink<ReplySink, JobScores, std::decay_t<Handler>>;
        Job job{.task = terms->task,
                .vectors = std::move(terms->vectors),
                .tenant = std::move(terms->tenant),
                .priority = terms->priority,
                .deadline = terms->deadline,
                .reply = Reply(std::make_unique<Sink>(std::forward<Handler>(handler)))};
        const Result<JobId> taken = batcher->submit(job);
        if (!taken.ok()) return job.reply.deliver(taken.error());
        if (*taken == kNoJob || terms->client == nullptr) return;
        terms->client->on_gone([batcher, id = *taken] { batcher->cancel(id); });
    }
};

// async_initiate stays in a plain function: g++ 12 would destroy its temporaries twice in a
// coroutine.
template <class Token>
auto initiate(Batcher* batcher, JobTerms* terms, Token token) {
    return asio::async_initiate<Token, Signature>(Submission{}, token, batcher, terms);
}

}  // namespace

asio::awaitable<Result<JobScores>> async_scores(Batcher& batcher, JobTerms& terms) {
    Batcher* const target = &batcher;
    JobTerms* const submitted = &terms;
    const auto token = asio::use_awaitable;
    co_return co_await initiate(target, submitted, token);
}

}  // namespace qr
