// A served application and bodies for it, in every framing.
#pragma once

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <string_view>

#include "tests/server/http/served.h"

namespace qr::http::test {

class ServedBodies : public Served {
  protected:
    static std::string chunked(std::string_view path, std::string_view body, std::size_t chunk,
                               std::string_view fields = {}) {
        std::string request = "POST " + std::string(path) +
                              " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n" +
                              std::string(fields) + "\r\n";
        for (; !body.empty(); body.remove_prefix(std::min(chunk, body.size()))) {
            const std::string_view piece = body.substr(0, chunk);
            std::array<char, 32> size;
            const int digits = std::snprintf(size.data(), size.size(), "%zx\r\n", piece.size());
            request.append(size.data(), static_cast<std::size_t>(digits));
            request.append(piece).append("\r\n");
        }
        return request + "0\r\n\r\n";
    }

    static std::string numbers(std::size_t bytes) {
        std::string text;
        for (std::size_t i = 0; text.size() < bytes; ++i)
            text += std::to_string(i) + ",";
        text.resize(bytes);
        return text;
    }
};

}  // namespace qr::http::test
