// Reads the body that a head announced, straight into the buffer that its handler will use.
//
// What has arrived behind the head is copied; the rest is received in place. Chunks are joined and
// gzip is undone. Leaves later requests, if any, in the wire's read-ahead.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>

#include "host/base/error.h"
#include "server/http/framed_body.h"
#include "server/http/framing.h"
#include "server/http/limits.h"

namespace qr::http {

// What the head alone says against the body. Errors: `too_large`, `unsupported_media_type`.
Result<void> check_body(const Head& head, const Limits& limits);

// Fills storage, body_offset and body_size of the head's request; returns the bytes received for
// it. Errors: `malformed` (also when the client ends early), `too_large`, `request_timeout`,
// `out_of_memory`. After an error the rest of the body is unread.
boost::asio::awaitable<Result<std::size_t>> read_body(BodySource source, Head& head);

}  // namespace qr::http
