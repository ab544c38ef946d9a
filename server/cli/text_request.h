// A query and lines of text as a native request.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "host/base/error.h"

namespace qr::cli {

struct TextRequest {
    std::string query;
    std::size_t top_n = 0;  // 0: all
    std::string method;     // empty: the server's default
};

// Each line of `lines` that is not blank is a document, whose id is the number of its line. Errors:
// `invalid`, where there is none or one is not UTF-8; `name` is what messages call the lines.
Result<std::string> text_request(const TextRequest& request, std::string_view lines,
                                 std::string_view name);

}  // namespace qr::cli
