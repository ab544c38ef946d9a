// Every request that asks for scores, whatever its dialect: through the encoder and the batcher and
// back.
//
// All walk one corridor: payload, parse, encode, limits, batcher, print. They differ in what they
// parse and print only. Stage times go into Server-Timing and TEI's x-* fields.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>

#include "host/base/model_statistics.h"
#include "server/dialects/dialect.h"
#include "server/handlers/services.h"
#include "server/http/message.h"

namespace qr {

// What reads the body: read_scoring() with the choices of a path, or a dialect's own reader.
using ReadScoring = std::function<dialects::ScoringReading(native::Payload, BufferPool&,
                                                           const native::ParseLimits&)>;

// `read` must outlive the exchange. What is answered is counted in `statistics`, where there are
// any.
boost::asio::awaitable<http::Response> handle_scoring(const Services& services, Grant grant,
                                                      http::Request& request,
                                                      const ReadScoring& read,
                                                      ModelStatistics* statistics = nullptr);

}  // namespace qr
