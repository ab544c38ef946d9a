// Accepts connections and runs their sessions: one single-threaded io_context per io thread, each
// connection bound to the least busy one, so no strand and no lock stands in a request's path.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "host/base/buffer.h"
#include "host/base/clock.h"
#include "host/base/error.h"
#include "server/http/application.h"

namespace qr::http {

// Every limit a connection is held to. Bytes, counts, and durations per their type.
struct Limits {
    std::size_t head_bytes_max = 16 * 1024;
    std::size_t fields_max = 64;
    std::size_t body_bytes_max = std::size_t{64} << 20;  // as sent and, for gzip, once expanded
    std::size_t expansion_ratio_max = 100;               // of a gzip body
    std::size_t connections_max = 1024;
    std::size_t requests_per_connection_max = 100'000;  // then Connection: close
    std::chrono::milliseconds head_timeout{10'000};     // first to last byte of a head
    std::chrono::milliseconds idle_timeout{60'000};     // between requests
    std::chrono::milliseconds read_timeout{10'000};     // renewed by every read of a body
    std::chrono::milliseconds write_timeout{10'000};    // renewed by every write that moves bytes
    std::size_t rate_min_bytes_per_s = 16 * 1024;       // of a body or answer, after rate_grace
    std::chrono::milliseconds rate_grace{10'000};
};

class Server {
  public:
    Server(Application& application, const Clock& clock, BufferPool& buffers, Limits limits,
           std::size_t io_threads);
    ~Server();  // stop()s

    // Binds, listens and starts the io threads. Errors: `unavailable`, naming address and reason.
    Result<void> listen(const std::string& hostname, std::uint16_t port);
    std::uint16_t port() const;  // the bound one: useful after port 0

    std::size_t connections() const;
    std::size_t requests_in_flight() const;  // head complete, answer not yet written

    // From now on: no new connections, idle ones closed, answers carry Connection: close.
    void stop_accepting();
    // stop_accepting(), then waits until nothing is in flight or `timeout` has passed. True when
    // drained.
    bool drain(std::chrono::milliseconds timeout);
    // Closes everything and joins. Idempotent.
    void stop();

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace qr::http
