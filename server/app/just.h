// A response that is there at once, where a handler has to give an awaitable.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "server/http/message.h"

namespace qr {

inline boost::asio::awaitable<http::Response> just(http::Response response) {
    co_return response;
}

}  // namespace qr
