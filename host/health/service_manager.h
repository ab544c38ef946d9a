// Tells the service manager (systemd) how the process is: the sd_notify protocol, one datagram a
// message.
//
// Where no manager listens (NOTIFY_SOCKET unset) every call does nothing. Messages never block for
// longer than kSendMax, so that the thread which watches the server's health cannot hang on it. Why
// not libsystemd: docs/decisions/0007-health.md.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "host/base/clock.h"
#include "host/base/error.h"

namespace qr {

class ServiceManager {
  public:
    static constexpr std::chrono::milliseconds kSendMax{1'000};
    static constexpr std::size_t kStatusBytesMax = 512;

    // As the process found it.
    struct Environment {
        std::string notify_socket;  // a path, or '@' and an abstract name; empty: no manager
        std::string watchdog_usec;
        std::string watchdog_pid;  // empty: the watchdog is meant for whoever asks
        long own_pid = 0;
    };
    static Environment read_environment();

    // Without a socket, or with one that is unusable (see fault()), nothing is ever sent.
    explicit ServiceManager(const Environment& environment);
    ~ServiceManager();
    ServiceManager(const ServiceManager&) = delete;
    ServiceManager& operator=(const ServiceManager&) = delete;

    bool is_present() const { return socket_ >= 0; }
    // Why a socket that was named cannot be used.
    const std::optional<Error>& fault() const { return fault_; }
    // Within this time ping() must be called, or the process is killed; empty: no watchdog.
    std::optional<Duration> watchdog_timeout() const { return watchdog_timeout_; }

    // All thread-safe. A message that cannot be sent is an error for the log, never for the server.
    Result<void> ready() { return send("READY=1"); }
    Result<void> stopping() { return send("STOPPING=1"); }
    Result<void> ping() { return send("WATCHDOG=1"); }
    // Configuration is being read again, since `now`; ready() ends it.
    Result<void> reloading(TimePoint now);
    // One line for people. Control characters become spaces; clipped at kStatusBytesMax.
    Result<void> status(std::string_view text);

  private:
    Result<void> send(std::string_view message);

    int socket_ = -1;
    std::string address_;  // sun_path as the kernel takes it
    std::optional<Error> fault_;
    std::optional<Duration> watchdog_timeout_;
};

}  // namespace qr
