// POST /v1/rerank and POST /v1/score: a request's vectors through the batcher and back.
//
// Both walk one corridor: payload, parse, limits, batcher, print. They differ in what they parse
// and print only. Stage times go into Server-Timing and TEI's x-* fields.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "server/handlers/services.h"
#include "server/http/message.h"

namespace qr {

// The documents of a request in order of their score.
boost::asio::awaitable<http::Response> handle_rerank(const Services& services, Grant grant,
                                                     http::Request& request);

// Every query against every document, in request order.
boost::asio::awaitable<http::Response> handle_score(const Services& services, Grant grant,
                                                    http::Request& request);

}  // namespace qr
