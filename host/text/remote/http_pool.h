// Calls over HTTP, several at once, on connections that are kept: libcurl's multi interface.
//
// HTTP/2 where TLS offers it, else HTTP/1.1. Certificates are verified, redirects are not followed,
// nothing but http and https is spoken, an answer is no longer than its call allows. The standard
// proxy variables of the environment count. One thread uses it; wake() alone is everybody's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/base/clock.h"
#include "host/base/error.h"
#include "host/text/remote/http_call.h"

namespace qr {

class HttpPool {
  public:
    struct Options {
        std::size_t connections_max = 1;
        std::string authorities_file;  // empty: the system's
    };
    struct Finished {
        std::uint64_t id = 0;
        HttpAnswer answer;
        std::uint64_t connections = 0;  // opened for it
    };

    // Errors: `unavailable`, libcurl cannot be set up.
    static Result<std::unique_ptr<HttpPool>> make(const Options& options);
    ~HttpPool();  // drops what is under way

    void start(std::uint64_t id, HttpCall call);
    // Drives the calls until one finishes, wake() is called or the time is over.
    std::vector<Finished> wait(Duration at_most);
    void wake() noexcept;

  private:
    class Impl;
    explicit HttpPool(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// The reason why `url` cannot be asked: not http(s), no host, credentials or a query in it.
Result<void> check_service_url(const std::string& url);

}  // namespace qr
