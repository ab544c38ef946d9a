#include "server/app/await_search.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

#include "server/app/posting_sink.h"

namespace qr {
namespace {

namespace asio = boost::asio;
using Signature = void(Result<SearchAnswer>);

struct Submission {
    template <class Handler>
    void operator()(Handler&& handler, SearchDesk* desk, SearchTerms* terms) const {
        using Sink = PostingSink<SearchSink, SearchAnswer, std::decay_t<Handler>>;
        SearchJob& job = terms->job;
        job.sink = std::make_unique<Sink>(std::forward<Handler>(handler));
        const Result<JobId> taken = desk->submit(job);
        if (!taken.ok()) return job.sink->deliver(taken.error());
        if (terms->client == nullptr) return;
        terms->client->on_gone([desk, id = *taken] { desk->cancel(id); });
    }
};

// In a plain function, as in await_scores.cpp and for the same reason.
template <class Token>
auto initiate(SearchDesk* desk, SearchTerms* terms, Token token) {
    return asio::async_initiate<Token, Signature>(Submission{}, token, desk, terms);
}

}  // namespace

asio::awaitable<Result<SearchAnswer>> async_search(SearchDesk& desk, SearchTerms& terms) {
    SearchDesk* const target = &desk;
    SearchTerms* const submitted = &terms;
    const auto token = asio::use_awaitable;
    co_return co_await initiate(target, submitted, token);
}

}  // namespace qr
