// Collections by name: made, described, listed, dropped, loaded, unloaded, exported, imported.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string_view>

#include "server/handlers/services.h"
#include "server/http/message.h"

namespace qr {

// PUT: 201 for one that was made, 200 where it is there already and the same.
boost::asio::awaitable<http::Response> handle_create(const Services& services, Grant grant,
                                                     http::Request& request, std::string_view name);
http::Response describe_collection(const Services& services, const http::Request& request,
                                   std::string_view name);
http::Response list_collections(const Services& services, const http::Request& request);
boost::asio::awaitable<http::Response> handle_drop(const Services& services, http::Request& request,
                                                   std::string_view name);

enum class Residence : unsigned char { load, unload };
boost::asio::awaitable<http::Response> handle_residence(const Services& services,
                                                        http::Request& request,
                                                        std::string_view name, Residence wanted);

// Snapshots lie in folders of snapshot_dir, which clients name and never a path.
enum class Snapshot : unsigned char { write, read };
boost::asio::awaitable<http::Response> handle_snapshot(const Services& services,
                                                       http::Request& request,
                                                       std::string_view name, Snapshot direction);

}  // namespace qr
