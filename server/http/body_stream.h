// A body that its handler reads itself, while it works on what came before.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <span>

#include "host/base/error.h"

namespace qr::http {

class BodyStream {
  public:
    virtual ~BodyStream() = default;

    // Fills `into`, which is not empty, and says how far: less than all of it where the body ends.
    // Nothing is read between two calls, so whoever does not ask makes the client wait, and no
    // time of the client's passes. Errors as of read_body(): the rest of the body is unread then.
    virtual boost::asio::awaitable<Result<std::size_t>> read(std::span<std::byte> into) = 0;
};

}  // namespace qr::http
