// What a connection asks of the server behind it: the one seam between sockets and meaning.
//
// A session reads a head, offers it to refuse(), reads the body (or leaves that to the handler
// where refuse() set takes_stream), awaits handle(), writes the answer and reports completed(). All
// calls for one connection come from its io thread, one request at a time.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <optional>
#include <string_view>

#include "host/base/clock.h"
#include "host/base/error.h"
#include "server/http/message.h"

namespace qr::http {

// What the wire saw of one exchange, for the log line and the metrics.
struct Exchange {
    std::size_t bytes_in = 0;   // head and body as received
    std::size_t bytes_out = 0;  // head and body as sent
    Duration read{};            // first byte of the head to last byte of the body
    Duration total{};           // first byte of the head to last byte of the answer
    bool is_complete = true;  // false: the client left or was cut off before the answer was written
};

class Application {
  public:
    virtual ~Application() = default;

    // With the head alone, before any of the body is read: an answer here ends the exchange, so
    // that a wrong route, key or length costs no upload.
    virtual std::optional<Response> refuse(Request& head) = 0;

    virtual boost::asio::awaitable<Response> handle(Request& request) = 0;

    // The answer to what never became a request: bad framing, slow client, too large.
    virtual Response describe(const Request& request, const Error& error) = 0;

    // An exception that refuse() or handle() let out: a bug of ours. `what` is not for the client.
    virtual void failed(const Request& request, std::string_view what) noexcept = 0;

    virtual void completed(const Request& request, const Response& response,
                           const Exchange& exchange) noexcept = 0;
};

}  // namespace qr::http
