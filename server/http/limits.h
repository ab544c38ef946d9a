// Every limit a connection is held to. Bytes, counts, and durations per their type.
#pragma once

#include <chrono>
#include <cstddef>

namespace qr::http {

struct Limits {
    std::size_t head_bytes_max =
        std::size_t{16} * 1024;  // also how far ahead of the answers a client may send
    std::size_t fields_max = 64;
    std::size_t body_bytes_max = std::size_t{64} << 20;  // as sent and, for gzip, once expanded
    std::size_t stream_bytes_max = 0;       // likewise, of a body that its handler reads; 0: any
    std::size_t expansion_ratio_max = 100;  // of a gzip body
    std::size_t chunk_overhead_bytes_max =
        std::size_t{8} * 1024;                          // extensions and trailers of one body
    std::size_t connections_max = 1024;                 // beyond: 503 and close
    std::size_t requests_per_connection_max = 100'000;  // then Connection: close
    std::chrono::milliseconds head_timeout{10'000};     // first to last byte of a head
    std::chrono::milliseconds idle_timeout{60'000};     // between requests
    std::chrono::milliseconds read_timeout{10'000};     // renewed by every read of a body
    std::chrono::milliseconds write_timeout{10'000};    // renewed by every write that moves bytes
    std::size_t rate_min_bytes_per_s =
        std::size_t{16} * 1024;  // of a body or answer, after rate_grace
    std::chrono::milliseconds rate_grace{10'000};
    std::chrono::milliseconds drain_grace{1'000};  // for a request that crosses a drain's beginning
    std::chrono::milliseconds linger_timeout{2'000};  // for a refused client to read its answer
};

}  // namespace qr::http
