// Heads and bodies as they come over the wire.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace qr::perf {

// What a client behind a reverse proxy sends: POST /v1/rerank and 14 fields, a body of 307,200
// bytes announced.
inline constexpr std::string_view kRequestHead =
    "POST /v1/rerank?trace=1 HTTP/1.1\r\n"
    "Host: rerank.example.com\r\n"
    "User-Agent: python-httpx/0.27.2\r\n"
    "Accept: application/json\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Connection: keep-alive\r\n"
    "Content-Type: application/octet-stream\r\n"
    "Content-Length: 307200\r\n"
    "Inference-Header-Content-Length: 128\r\n"
    "Authorization: Bearer 3f0c9f0e7a5d4b61a2c8d7e6f5041322\r\n"
    "X-Request-Id: 0192f4c6-2c7e-7b61-9d3a-5b8f0e6d1c42\r\n"
    "X-Forwarded-For: 203.0.113.7\r\n"
    "X-Forwarded-Proto: https\r\n"
    "X-Real-Ip: 203.0.113.7\r\n"
    "Traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n"
    "\r\n";

// In the chunked coding, every chunk but the last of `chunk_bytes`, without trailers.
std::string chunked_text(std::string_view body, std::size_t chunk_bytes);

}  // namespace qr::perf
