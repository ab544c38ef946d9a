// Whom to ask: the parts of --url, and the address behind the host's name.
#pragma once

#include <netinet/in.h>

#include <string>

#include "host/base/error.h"
#include "perf/load/plan.h"

namespace qr::load {

struct Target {
    Scheme scheme = Scheme::http;
    std::string host;
    std::uint16_t port = 80;
    std::string path;  // empty: the URL has none
};

// Errors: `invalid`.
Result<Target> parse_url(const std::string& url);

// Errors: `invalid` for a host that has no IPv4 address.
Result<sockaddr_in> resolve(const Plan& plan);

}  // namespace qr::load
