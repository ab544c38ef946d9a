// The body of one request as its handler's stream: read when asked for, gzip undone.
//
// Every read has its own time: the pauses and the rate that are allowed of a body are those of one
// read, and none passes while nobody reads. Holds no more than a small buffer of packed bytes.
#pragma once

#include <memory>
#include <string_view>

#include "server/http/body_stream.h"
#include "server/http/framed_body.h"
#include "server/http/inflate.h"

namespace qr::http {

class WireStream final : public BodyStream {
  public:
    WireStream(const BodySource& source, const Head& head);

    boost::asio::awaitable<Result<std::size_t>> read(std::span<std::byte> into) override;

    // Whether all of it has been taken off the wire.
    bool is_ended() const { return body_.is_ended(); }
    std::size_t received() const { return body_.received(); }  // bytes, framing included

  private:
    // What undoing gzip takes.
    struct Expansion {
        explicit Expansion(BufferPool& buffers);

        GzipDecoder decoder;
        Buffer packed;
        std::string_view rest;  // of it, not expanded yet
        std::size_t expanded = 0;
    };

    boost::asio::awaitable<Result<std::size_t>> expand(std::span<std::byte> into, Pace& pace);
    Result<std::size_t> expand_rest(std::span<std::byte> into);

    const BodySource source_;
    FramedBody body_;
    const bool is_gzip_;
    const std::size_t bytes_max_;
    std::unique_ptr<Expansion> expansion_;  // of a gzip body that was asked for
};

}  // namespace qr::http
