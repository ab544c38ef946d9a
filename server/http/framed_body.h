// One body on the wire: where it ends, and which of its bytes are data.
//
// The one place that undoes Content-Length and chunks, for bodies that are read whole and for those
// that are read piece by piece. What has arrived behind the head is copied; the rest is received in
// place. Leaves later requests, if any, in the wire's read-ahead, and gzip as it is.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <optional>
#include <span>

#include "host/base/buffer.h"
#include "host/base/clock.h"
#include "host/base/error.h"
#include "server/http/chunked.h"
#include "server/http/framing.h"
#include "server/http/limits.h"
#include "server/http/pace.h"
#include "server/http/wire.h"

namespace qr::http {

struct BodySource {
    Wire& wire;
    BufferPool& buffers;
    const Clock& clock;
    const Limits& limits;
};

// How large that body may be, as sent and once expanded.
std::size_t body_bytes_max(const Request& request, const Limits& limits);

bool is_gzip(const Head& head);

class FramedBody {
  public:
    FramedBody(const BodySource& source, const Head& head);

    // Data that has arrived already, as much as fits. Errors: `malformed`, `too_large`.
    Result<std::size_t> take_ahead(std::span<std::byte> into);

    // At least one byte of data, or 0 at the body's end. Tells a client that waits for it to go
    // ahead. Leaves its deadline on the wire. Errors: besides those `request_timeout`, and
    // `malformed` where the client ends early.
    boost::asio::awaitable<Result<std::size_t>> read(std::span<std::byte> into, Pace& pace);

    bool is_ended() const { return chunks_ ? chunks_->is_done() : left_ == 0; }
    // Data that is announced: of the body, or of its chunk.
    std::size_t announced() const { return chunks_ ? chunks_->data_remaining() : left_; }
    std::size_t received() const { return received_; }  // bytes, framing included

  private:
    Result<ChunkedDecoder::Step> next(std::string_view ahead);
    std::size_t direct_bytes() const;
    void skip_data(std::size_t size);
    Error broken_off() const;

    Wire& wire_;
    const Clock& clock_;
    std::optional<ChunkedDecoder> chunks_;  // absent: the body's size is known
    std::size_t left_ = 0;                  // of it
    std::size_t received_ = 0;
    bool is_awaited_ = false;  // the client waits to be told to go ahead
};

}  // namespace qr::http
