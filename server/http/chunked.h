// The chunked transfer coding, undone piece by piece as the bytes arrive.
//
// Pure and strict: bare hexadecimal sizes, CR LF everywhere, extensions and trailers checked,
// bounded and dropped. Never copies: data comes back as views into the input, and a caller may read
// data_remaining() bytes past the decoder altogether.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "host/base/error.h"
#include "server/http/limits.h"

namespace qr::http {

class ChunkedDecoder {
  public:
    explicit ChunkedDecoder(const Limits& limits) : ChunkedDecoder(limits, limits.body_bytes_max) {}
    ChunkedDecoder(const Limits& limits, std::size_t data_bytes_max)
        : data_left_max_(data_bytes_max), overhead_left_(limits.chunk_overhead_bytes_max) {}

    struct Step {
        std::size_t consumed = 0;  // bytes of the input that are done with, data included
        std::string_view data;     // the run of data among them, if any
    };
    // Consumes up to and including the next run of data, or all there is, or up to the end of the
    // body. Errors: `malformed`, `too_large`; the decoder is of no use afterwards.
    Result<Step> next(std::string_view input);

    bool is_done() const { return state_ == State::done; }

    // Data of the current chunk that next() has not returned yet.
    std::size_t data_remaining() const { return state_ == State::data ? chunk_left_ : 0; }
    // The caller took that many of data_remaining() straight from the wire.
    void skip_data(std::size_t size);

  private:
    enum class State : std::uint8_t {
        size,          // in the digits of a chunk's size
        extension,     // behind ';'
        size_lf,       // the LF that ends the size line
        data,          //
        data_cr,       // the CR behind the data
        data_lf,       //
        trailer_line,  // at the beginning of a trailer line
        trailer,       // within one
        trailer_lf,    // the LF that ends it
        end_lf,        // the LF of the empty line that ends the body
        done,
    };

    Result<void> take(char c);
    Result<void> take_size(char c);
    Result<void> take_text(char c, State at_cr);
    Result<void> expect(char found, char wanted, State next);
    Result<void> begin_chunk();

    State state_ = State::size;
    std::size_t digits_ = 0;
    std::size_t chunk_left_ = 0;
    std::size_t data_left_max_;
    std::size_t overhead_left_;
};

}  // namespace qr::http
