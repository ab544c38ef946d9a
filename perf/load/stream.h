// One socket's bytes, plain or through TLS: connects, reads and writes as far as it goes now.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "perf/load/tls.h"

namespace qr::load {

class Stream {
  public:
    Stream() = default;
    ~Stream() { close(); }
    Stream(Stream&& other) noexcept;
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    Stream& operator=(Stream&&) = delete;

    // Begins to connect. The reason, where not even that was possible. `tls` outlives the stream;
    // null: plain.
    std::optional<std::string> open(const sockaddr_in& address, const TlsContext* tls);
    void close();
    int fd() const { return fd_; }
    bool is_open() const { return fd_ >= 0; }

    // How far the connection has come, also where it broke.
    enum class Stage : std::uint8_t { connecting, handshake, ready };
    Stage stage() const { return stage_; }

    struct Io {
        enum class Kind : std::uint8_t { moved, later, ended, broken } kind = Kind::later;
        std::size_t bytes = 0;  // moved
        std::string why = {};   // broken
    };
    // Some bytes of the head, or behind its end of the body.
    Io write(std::string_view head, std::string_view body);
    Io read(std::span<char> to);
    // Nothing to read and not ended.
    bool is_quiet();

  private:
    std::optional<Io> get_ready();
    Io tls_result(int result);

    int fd_ = -1;
    Stage stage_ = Stage::connecting;
    std::unique_ptr<SSL, FreeSsl> tls_;
};

}  // namespace qr::load
