// The documents of a collection: stored, fetched, listed, removed. Bulk formats are ingest.h's.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string_view>

#include "server/handlers/services.h"
#include "server/http/message.h"

namespace qr {

boost::asio::awaitable<http::Response> handle_upsert(const Services& services, Grant grant,
                                                     http::Request& request, std::string_view name);

// `id` as the path has it, percent-encoded. `vector=true` in the query gives vectors, too.
boost::asio::awaitable<http::Response> handle_fetch(const Services& services, Grant grant,
                                                    http::Request& request, std::string_view name,
                                                    std::string_view id);
// Query: `limit` (1..1000), `page_token`, `vectors`.
boost::asio::awaitable<http::Response> handle_list(const Services& services, Grant grant,
                                                   http::Request& request, std::string_view name);

boost::asio::awaitable<http::Response> handle_remove(const Services& services, Grant grant,
                                                     http::Request& request, std::string_view name);
boost::asio::awaitable<http::Response> handle_remove_one(const Services& services, Grant grant,
                                                         http::Request& request,
                                                         std::string_view name,
                                                         std::string_view id);

}  // namespace qr
