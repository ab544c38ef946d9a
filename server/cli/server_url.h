// Where a client command finds the server.
#pragma once

#include <string>
#include <string_view>

#include "server/config/config.h"

namespace qr::cli {

// "http://127.0.0.1:8080": the server of this configuration, reached from the same machine.
std::string local_url(const Config& config);

// `base` without a trailing slash, then `path`.
std::string join_url(std::string_view base, std::string_view path);

// What an answer that is no success says, on one line: the message of our error shape, else the
// beginning of the body.
std::string failure_text(long status, std::string_view body);

}  // namespace qr::cli
