// Undoes gzip (one or more members), bounded in size and in ratio before the bytes are made.
//
// Pure but for the buffer it takes. The output grows by doubling, so what a bomb costs us is in
// proportion to the limits, never to what it claims.
#pragma once

#include <cstddef>
#include <string_view>

#include "host/base/buffer.h"
#include "host/base/error.h"
#include "server/http/limits.h"

namespace qr::http {

struct Inflated {
    Buffer storage;
    std::size_t size = 0;  // behind the `offset` that was asked for
};

// The data begins at storage[offset]. Errors: `malformed` (not gzip, cut short, bytes behind the
// end), `too_large` (body_bytes_max or expansion_ratio_max exceeded).
Result<Inflated> inflate_gzip(std::string_view compressed, std::size_t offset, BufferPool& buffers,
                              const Limits& limits, BufferUse use = BufferUse::text);

}  // namespace qr::http
