#include "server/app/await_vectors.h"

#include <atomic>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace qr {
namespace {

namespace asio = boost::asio;
using Signature = void(Result<EncodedTexts>);

// Resumes the waiting coroutine on its own executor; deliver() itself only posts.
template <class Handler>
class HandlerSink final : public EncoderSink {
  public:
    explicit HandlerSink(Handler handler) : handler_(std::move(handler)) {}

    void deliver(Result<EncodedTexts> result) noexcept override {
        const auto executor = asio::get_associated_executor(handler_);
        asio::post(executor, [handler = std::move(handler_), result = std::move(result)]() mutable {
            std::move(handler)(std::move(result));
        });
    }

  private:
    Handler handler_;
};

Abandoned watch(http::Client* client) {
    if (client == nullptr) return nullptr;
    const auto is_gone = std::make_shared<std::atomic<bool>>(false);
    client->on_gone([is_gone] { is_gone->store(true, std::memory_order_relaxed); });
    return is_gone;
}

struct Submission {
    template <class Handler>
    void operator()(Handler&& handler, Encoder* encoder, EncoderTerms* terms) const {
        using Sink = HandlerSink<std::decay_t<Handler>>;
        encoder->encode(
            {.inputs = std::move(terms->inputs),
             .texts = std::move(terms->texts),
             .deadline = terms->deadline,
             .is_abandoned = watch(terms->client),
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
