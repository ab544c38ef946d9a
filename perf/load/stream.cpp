#include "perf/load/stream.h"

#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "host/base/narrow.h"

namespace qr::load {
namespace {

using Kind = Stream::Io::Kind;

std::string text_of(int error) {
    return std::generic_category().message(error);
}

bool would_block(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

Stream::Io failed(int error) {
    if (would_block(error)) return {};
    return {.kind = Kind::broken, .why = text_of(error)};
}

// Of a connection that was begun: 0 once it stands, EAGAIN while it does not.
int connect_error(int fd) {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return error;
    sockaddr_in peer{};
    size = sizeof peer;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0) return 0;
    return errno == ENOTCONN ? EAGAIN : errno;
}

}  // namespace

Stream::Stream(Stream&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), stage_(other.stage_), tls_(std::move(other.tls_)) {}

std::optional<std::string> Stream::open(const sockaddr_in& address, const TlsContext* tls) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0) return "socket: " + text_of(errno);
    stage_ = Stage::connecting;
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (tls != nullptr) tls_ = tls->start(fd_);
    if (tls != nullptr && !tls_) return close(), "TLS: no memory for a session";
    const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
    if (::connect(fd_, generic, sizeof address) == 0 || errno == EINPROGRESS) return std::nullopt;
    const int error = errno;
    close();
    return text_of(error);
}

void Stream::close() {
    tls_.reset();
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
}

// None once the stream is ready.
std::optional<Stream::Io> Stream::get_ready() {
    if (stage_ == Stage::connecting) {
        if (const int error = connect_error(fd_); error != 0) return failed(error);
        stage_ = tls_ ? Stage::handshake : Stage::ready;
    }
    if (stage_ == Stage::handshake) {
        ::ERR_clear_error();
        const int result = ::SSL_do_handshake(tls_.get());
        if (result != 1) return tls_result(result);
        stage_ = Stage::ready;
    }
    return std::nullopt;
}

// Of an OpenSSL call that moved nothing.
Stream::Io Stream::tls_result(int result) {
    const int error = errno;
    switch (::SSL_get_error(tls_.get(), result)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE:
            return {};
        case SSL_ERROR_ZERO_RETURN:
            return {.kind = Kind::ended};
        case SSL_ERROR_SYSCALL:
            return error == 0 ? Io{.kind = Kind::ended} : failed(error);
        default:
            return {.kind = Kind::broken, .why = tls_error(tls_.get())};
    }
}

Stream::Io Stream::write(std::string_view head, std::string_view body) {
    if (const std::optional<Io> io = get_ready()) return *io;
    if (tls_) {
        const std::string_view bytes = head.empty() ? body : head;
        std::size_t moved = 0;
        ::ERR_clear_error();
        const int result = ::SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &moved);
        return result == 1 ? Io{.kind = Kind::moved, .bytes = moved} : tls_result(result);
    }
    const auto part = [](std::string_view bytes) {
        return iovec{const_cast<char*>(bytes.data()), bytes.size()};
    };
    std::array<iovec, 2> parts{part(head), part(body)};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    const ssize_t sent = ::sendmsg(fd_, &message, MSG_NOSIGNAL);
    if (sent < 0) return failed(errno);
    return {.kind = Kind::moved, .bytes = narrow<std::size_t>(sent)};
}

Stream::Io Stream::read(std::span<char> to) {
    if (const std::optional<Io> io = get_ready()) return *io;
    if (tls_) {
        std::size_t moved = 0;
        ::ERR_clear_error();
        const int result = ::SSL_read_ex(tls_.get(), to.data(), to.size(), &moved);
        return result == 1 ? Io{.kind = Kind::moved, .bytes = moved} : tls_result(result);
    }
    const ssize_t got = ::recv(fd_, to.data(), to.size(), 0);
    if (got < 0) return failed(errno);
    if (got == 0) return {.kind = Kind::ended};
    return {.kind = Kind::moved, .bytes = narrow<std::size_t>(got)};
}

bool Stream::is_quiet() {
    char byte = 0;
    if (!tls_) return ::recv(fd_, &byte, 1, MSG_PEEK) < 0 && would_block(errno);
    // Peeking takes in what TLS itself has to say after an answer: tickets, new keys.
    ::ERR_clear_error();
    std::size_t peeked = 0;
    const int result = ::SSL_peek_ex(tls_.get(), &byte, 1, &peeked);
    return result != 1 && tls_result(result).kind == Kind::later;
}

}  // namespace qr::load
