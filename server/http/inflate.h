// Undoes gzip (one or more members): piece by piece, or whole and then bounded in size and in
// ratio before the bytes are made.
//
// Pure but for the buffer it takes. The output grows by doubling, so what a bomb costs us is in
// proportion to the limits, never to what it claims.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "host/base/buffer.h"
#include "host/base/error.h"
#include "server/http/limits.h"

struct z_stream_s;

namespace qr::http {

class GzipDecoder {
  public:
    GzipDecoder();  // throws std::bad_alloc
    ~GzipDecoder();
    GzipDecoder(const GzipDecoder&) = delete;
    GzipDecoder& operator=(const GzipDecoder&) = delete;

    struct Step {
        std::size_t consumed = 0;
        std::size_t produced = 0;
    };
    // Until the input is used up and all that it makes is out, or the output is full. Errors:
    // `malformed`; the decoder is of no use afterwards.
    Result<Step> next(std::string_view input, std::span<std::byte> output);

    // Whether the input so far is one or more whole members.
    bool is_complete() const { return is_complete_; }

  private:
    std::unique_ptr<z_stream_s> stream_;
    bool is_complete_ = false;
};

// How large a body of so many packed bytes may become, `bytes_max` at the most.
std::size_t expanded_max(std::size_t packed, std::size_t bytes_max, const Limits& limits);

Error gzip_cut_short();
Error expands_too_far(std::size_t allowed);

struct Inflated {
    Buffer storage;
    std::size_t size = 0;  // behind the `offset` that was asked for
};

// The data begins at storage[offset]. Errors: `malformed` (not gzip, cut short, bytes behind the
// end), `too_large` (body_bytes_max or expansion_ratio_max exceeded).
Result<Inflated> inflate_gzip(std::string_view compressed, std::size_t offset, BufferPool& buffers,
                              const Limits& limits, BufferUse use = BufferUse::text);

}  // namespace qr::http
