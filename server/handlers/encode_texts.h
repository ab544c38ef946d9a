// The texts of a request, turned into rows before it is scored, searched for or stored.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "host/rerank/rerank_request.h"
#include "server/handlers/services.h"
#include "server/handlers/timing_fields.h"
#include "server/http/message.h"

namespace qr {

// What the encoder made of a request's texts.
struct TextEncoding {
    TextUsage usage;
    Duration waited{};
    Duration encoded{};
};

TimePoint deadline_of(const ScoreRequest& parsed, const http::Request& request,
                      const RequestLimits& limits);

// `parsed` has no texts any more, and stays alive while the encoder reads them. The parser has
// refused texts where there is no encoder. Errors: the encoder's; `invalid`, where the request's
// own vectors have another dimension.
boost::asio::awaitable<Result<TextEncoding>> encode_texts(const Services& services, Grant grant,
                                                          http::Request& request,
                                                          std::shared_ptr<ScoreRequest> parsed);

}  // namespace qr
