// Accepts connections and runs their sessions: one single-threaded io_context per io thread, each
// connection bound to the least busy one, so no strand and no lock stands in a request's path.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/base/buffer.h"
#include "host/base/clock.h"
#include "host/base/error.h"
#include "server/http/application.h"
#include "server/http/limits.h"

namespace qr::http {

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

    // When each event loop last turned. Asks every loop to turn again: call it a few times a
    // second.
    std::vector<TimePoint> loop_pulses();

    // From now on: no new connections, answers carry Connection: close, and connections on which no
    // request begins within drain_grace end: those that have begun, or are on their way to us now,
    // are still answered.
    void stop_accepting();
    // stop_accepting(), then waits until every connection has ended or `timeout` has passed. True
    // when drained. May be called again.
    bool drain(std::chrono::milliseconds timeout);
    // Closes every connection at once and joins as soon as the handlers under way have returned:
    // whoever they wait for must still answer. Not from an io thread. Idempotent.
    void stop();

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace qr::http
