// When a server said to come back, for every client of libcurl.
#pragma once

#include <curl/curl.h>

#include <optional>

#include "host/base/clock.h"

namespace qr {

// Of the answer that `easy` has: Retry-After-Ms, else Retry-After; a day at most.
std::optional<Duration> retry_after(CURL* easy);

}  // namespace qr
