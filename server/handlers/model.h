// What the server says of its encoder, and what its tokenizer does: /tokenize, /decode, /info,
// /v1/models.
#pragma once

#include <cstdint>
#include <string>

#include "host/base/error.h"
#include "host/text/encoder.h"
#include "server/handlers/services.h"
#include "server/http/message.h"

namespace qr {

// `no_encoder`, with what to do about it.
Error no_encoder();

http::Response tokenize_response(const Services& services, Grant grant, http::Request& request);
http::Response decode_response(const Services& services, Grant grant, http::Request& request);

// `encoder` may be null. `started`: seconds since 1970.
std::string print_models(const Encoder* encoder, std::int64_t started);
// One of them, or `not_found`.
http::Response model_response(const Encoder* encoder, std::int64_t started, std::string_view name,
                              const http::Request& request);

}  // namespace qr
