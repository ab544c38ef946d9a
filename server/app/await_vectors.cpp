#include "server/app/await_vectors.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "server/app/client_gone.h"
#include "server/app/posting_sink.h"

namespace qr {
namespace {

namespace asio = boost::asio;
using Signature = void(Result<EncodedTexts>);

struct Submission {
    template <class Handler>
    void operator()(Handler&& handler, Encoder* encoder, EncoderTerms* terms) const {
        using Sink = PostingSink<EncoderSink, EncodedTexts, std::decay_t<Handler>>;
        encoder->encode(
            {.inputs = std::move(terms->inputs),
             .texts = std::move(terms->texts),
             .deadline = terms->deadline,
             .is_abandoned = watch_client(terms->client),
             .reply = EncoderReply(std::make_unique<Sink>(std::forward<Handler>(handler)))});
    }
};

// In a plain function, as in await_scores.cpp and for the same reason.
template <class Token>
auto initiate(Encoder* encoder, EncoderTerms* terms, Token token) {
    return asio::async_initiate<Token, Signature>(Submission{}, token, encoder, terms);
}

}  // namespace

asio::awaitable<Result<EncodedTexts>> async_vectors(Encoder& encoder, EncoderTerms& terms) {
    Encoder* const target = &encoder;
    EncoderTerms* const submitted = &terms;
    const auto token = asio::use_awaitable;
    co_return co_await initiate(target, submitted, token);
}

}  // namespace qr
