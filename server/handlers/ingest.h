// Bodies of many documents (NDJSON, .npy, .safetensors), stored batch by batch.
//
// Each batch is all or nothing and durable once it is stored. A mistake ends the request: what
// stood before it stays, and the answer says where it is and how much that was. Lines are stored
// while they arrive and may go on for ever; files are read whole, because their parts lie at
// offsets that their header tells.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string_view>

#include "server/handlers/services.h"
#include "server/http/message.h"

namespace qr {

// Whether the Content-Type is one of those.
bool is_bulk(const http::Request& request);
// A refusal of another Content-Type, with those among what is allowed.
Error with_bulk_types(Error error);
// Whether handle_ingest() reads that body itself.
bool is_line_stream(const http::Request& request);

boost::asio::awaitable<http::Response> handle_ingest(const Services& services, Grant grant,
                                                     http::Request& request, std::string_view name);

}  // namespace qr
