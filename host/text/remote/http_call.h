// One call over HTTP and what came of it, as host/text/remote's decisions see them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/base/clock.h"

namespace qr {

struct HttpCall {
    std::string url;
    std::vector<std::string> fields;  // "Name: value"
    std::optional<std::string> body;  // POST; without one GET
    Duration timeout{};
    std::size_t answer_bytes_max = 0;
};

struct HttpAnswer {
    enum class End : std::uint8_t {
        answered,     // `status` and `body` are there
        unreachable,  // refused, reset, no such host, a certificate that does not verify
        timed_out,
        too_large,  // the body exceeded answer_bytes_max
    };
    End end = End::answered;
    int status = 0;
    std::string body;
    std::optional<Duration> retry_after;  // Retry-After-Ms, else Retry-After
    std::string reason;                   // where there was no answer
};

}  // namespace qr
