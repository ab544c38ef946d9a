// Heads and bodies as they come over the wire, and the gate of a head.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "server/http/framing.h"

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

// As a session reads it: its end is found, then it is parsed.
Result<http::Head> read_head(std::string_view bytes);

// Passes what kRequestHead says, read line by line. Returns the hash of its fields.
std::string pass_gate(std::string_view name, const Result<http::Head>& head);

// In the chunked coding, every chunk but the last of `chunk_bytes`, without trailers.
std::string chunked_text(std::string_view body, std::size_t chunk_bytes);

// Undoes it, copying the data out as the body's reader does. `size` is reserved; empty when the
// text is refused.
std::string unchunk(std::string_view text, std::size_t size);

}  // namespace qr::perf
