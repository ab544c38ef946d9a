// Resumes a waiting coroutine on its own executor with what another room answers.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "host/base/error.h"

namespace qr {

// The handler will be called with it, once, on its executor.
template <class Handler, class Value>
void post_result(Handler handler, Result<Value> result) {
    const auto executor = boost::asio::get_associated_executor(handler);
    boost::asio::post(executor,
                      [handler = std::move(handler), result = std::move(result)]() mutable {
                          std::move(handler)(std::move(result));
                      });
}

// A Sink whose deliver() only posts to the handler's executor.
template <class Sink, class Value, class Handler>
class PostingSink final : public Sink {
  public:
    explicit PostingSink(Handler handler) : handler_(std::move(handler)) {}

    void deliver(Result<Value> result) noexcept override {
        post_result(std::move(handler_), std::move(result));
    }

  private:
    Handler handler_;
};

}  // namespace qr
