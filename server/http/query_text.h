// What stands in a request's target behind its path, and percent-encoding. RFC 3986.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace qr::http {

// "%C3%A4" as its bytes; absent where a '%' is not followed by two hexadecimal digits.
std::optional<std::string> percent_decoded(std::string_view text);

// The first parameter of that name, undecoded: "limit=10&after=5".
std::optional<std::string_view> query_parameter(std::string_view query, std::string_view name);

}  // namespace qr::http
