#include "perf/inputs/http_bytes.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace qr::perf {

std::string chunked_text(std::string_view body, std::size_t chunk_bytes) {
    std::string text;
    while (!body.empty()) {
        const std::string_view chunk = body.substr(0, chunk_bytes);
        std::array<char, 24> size{};
        std::snprintf(size.data(), size.size(), "%zx\r\n", chunk.size());
        text.append(size.data()).append(chunk).append("\r\n");
        body.remove_prefix(chunk.size());
    }
    return text + "0\r\n\r\n";
}

}  // namespace qr::perf
