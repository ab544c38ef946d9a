#include "host/health/service_manager.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace qr {
namespace {

std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? "" : value;
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

Error unusable(std::string_view what, const std::string& why) {
    return {.code = Code::unavailable,
            .message = "NOTIFY_SOCKET '" + std::string(what) + "': " + why,
            .found = std::string(what),
            .allowed = "an absolute path or @name, at most " +
                       std::to_string(sizeof(sockaddr_un::sun_path) - 1) + " characters"};
}

std::optional<Duration> watchdog_of(const ServiceManager::Environment& environment) {
    const auto usec = number_of<std::uint64_t>(environment.watchdog_usec);
    constexpr std::uint64_t kUsecMax = 86'400'000'000;  // a day: longer is no watchdog
    if (!usec || *usec == 0 || *usec > kUsecMax) return std::nullopt;
    if (!environment.watchdog_pid.empty() &&
        number_of<long>(environment.watchdog_pid) != environment.own_pid)
        return std::nullopt;
    return std::chrono::microseconds(*usec);
}

int open_socket() {
    const int opened = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (opened < 0) return opened;
    const timeval limit{.tv_sec = ServiceManager::kSendMax.count() / 1000, .tv_usec = 0};
    ::setsockopt(opened, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    return opened;
}

}  // namespace

ServiceManager::Environment ServiceManager::read_environment() {
    return {.notify_socket = variable("NOTIFY_SOCKET"),
            .watchdog_usec = variable("WATCHDOG_USEC"),
            .watchdog_pid = variable("WATCHDOG_PID"),
            .own_pid = ::getpid()};
}

ServiceManager::ServiceManager(const Environment& environment) {
    const std::string& name = environment.notify_socket;
    if (name.empty()) return;
    const bool is_named = name.size() >= 2 && (name[0] == '/' || name[0] == '@');
    if (!is_named || name.size() >= sizeof(sockaddr_un::sun_path)) {
        fault_ = unusable(name, "not an address of a local socket");
        return;
    }
    address_ = name;
    if (address_[0] == '@') address_[0] = '\0';
    socket_ = open_socket();
    if (socket_ < 0) {
        fault_ = unusable(name, std::strerror(errno));
        return;
    }
    watchdog_timeout_ = watchdog_of(environment);
}

ServiceManager::~ServiceManager() {
    if (socket_ >= 0) ::close(socket_);
}

Result<void> ServiceManager::reloading(TimePoint now) {
    // steady_clock is CLOCK_MONOTONIC, the clock that the protocol asks for.
    const auto usec =
        std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
    return send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(usec));
}

Result<void> ServiceManager::status(std::string_view text) {
    std::string line = "STATUS=" + std::string(text.substr(0, kStatusBytesMax));
    std::ranges::replace_if(
        line, [](char c) { return c >= 0 && c < ' '; }, ' ');
    return send(line);
}

Result<void> ServiceManager::send(std::string_view message) {
    if (socket_ < 0) return {};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    address_.copy(address.sun_path, address_.size());
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
    // A struct of the sockets API: sendto takes the general type.
    const void* const target = &address;
    ssize_t sent = -1;
    do {
        sent = ::sendto(socket_, message.data(), message.size(), MSG_NOSIGNAL,
                        static_cast<const sockaddr*>(target), length);
    } while (sent < 0 && errno == EINTR);
    if (sent >= 0) return {};
    return Error{.code = Code::unavailable,
                 .message = "the service manager cannot be told " + std::string(message) + ": " +
                            std::strerror(errno)};
}

}  // namespace qr
