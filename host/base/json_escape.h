// A string as a JSON string literal: the one escaping for text that did not come from a JSON
// writer.
#pragma once

#include <string>
#include <string_view>

namespace qr {

// Appends `text` with its quotes. Bytes that are no UTF-8 become U+FFFD, so the output always is.
void append_json_string(std::string& out, std::string_view text);

}  // namespace qr
