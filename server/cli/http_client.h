// One HTTP exchange through libcurl, the only client of the program.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "host/base/error.h"

namespace qr::cli {

struct HttpCall {
    std::string url;                  // http or https
    std::vector<std::string> fields;  // "Name: value"
    std::optional<std::string> body;  // POST; absent: GET
    std::chrono::milliseconds timeout{30'000};
};

struct HttpAnswer {
    long status = 0;
    std::string body;
    std::optional<std::chrono::milliseconds> retry_after =
        {};  // when the server is to be asked again
};

// Errors: `unavailable`, naming the URL and what libcurl met. Every status is an answer.
Result<HttpAnswer> exchange(const HttpCall& call);

}  // namespace qr::cli
