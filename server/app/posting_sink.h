// Resumes a waiting coroutine on its own executor with what another room answers.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "host/base/error.h"

namespace qr {

// A Sink whose deliver() only posts to the handler's executor.
template <class Sink, class Value, class Handler>
class PostingSink final : public Sink {
  public:
    explicit PostingSink(Handler handler) : handler_(std::move(handler)) {}

    void deliver(Result<Value> result) noexcept override {
        const auto executor = boost::asio::get_associated_executor(handler_);
        boost::asio::post(executor,
                          [handler = std::move(handler_), result = std::move(result)]() mutable {
                              std::move(handler)(std::move(result));
                          });
    }

  private:
    Handler handler_;
};

}  // namespace qr
