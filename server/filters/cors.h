// Cross-origin requests from browsers: off unless origins are configured.
// Source: the Fetch standard, https://fetch.spec.whatwg.org/#http-cors-protocol
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/http/message.h"

namespace qr {

class Cors {
  public:
    explicit Cors(std::vector<std::string> allowed_origins)
        : allowed_(std::move(allowed_origins)) {}

    // Adds what a browser at the request's Origin needs to read the response.
    void decorate(const http::Request& request, http::Response& response) const;

    // The answer to OPTIONS on a path that answers `verbs`.
    http::Response preflight(const http::Request& request,
                             const std::vector<http::Verb>& verbs) const;

  private:
    bool allows(std::string_view origin) const;

    std::vector<std::string> allowed_;  // "*" allows every origin
};

}  // namespace qr
