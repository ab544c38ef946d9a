#include "perf/load/connection.h"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "host/base/narrow.h"

namespace qr::load {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;

std::string text_of(int error) {
    return std::generic_category().message(error);
}

bool would_block(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

}  // namespace

Connection::Connection(Connection&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      is_connected_(other.is_connected_),
      has_served_(other.has_served_),
      has_ended_(other.has_ended_),
      head_(other.head_),
      body_(other.body_),
      parser_(std::move(other.parser_)) {}

std::optional<std::string> Connection::open(const sockaddr_in& address) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0) return "socket: " + text_of(errno);
    is_connected_ = has_served_ = has_ended_ = false;
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
    if (::connect(fd_, generic, sizeof address) == 0 || errno == EINPROGRESS) return std::nullopt;
    const int error = errno;
    close();
    return text_of(error);
}

void Connection::close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
    head_ = body_ = {};
}

void Connection::begin(std::string_view head, std::string_view body,
                       ResponseParser::Body answer_body) {
    head_ = head;
    body_ = body;
    parser_ = ResponseParser(answer_body);
}

bool Connection::write(std::string& why) {
    while (!is_written()) {
        const auto part = [](std::string_view bytes) {
            return iovec{const_cast<char*>(bytes.data()), bytes.size()};
        };
        std::array<iovec, 2> parts{part(head_), part(body_)};
        msghdr message{};
        message.msg_iov = parts.data();
        message.msg_iovlen = parts.size();
        const ssize_t sent = ::sendmsg(fd_, &message, MSG_NOSIGNAL);
        if (sent < 0 && would_block(errno)) return true;
        if (sent < 0) {
            why = text_of(errno);
            return false;
        }
        is_connected_ = true;
        const std::size_t of_head = std::min(head_.size(), narrow<std::size_t>(sent));
        head_.remove_prefix(of_head);
        body_.remove_prefix(narrow<std::size_t>(sent) - of_head);
    }
    return true;
}

bool Connection::finish_writing() {
    std::string why;
    return write(why);
}

Connection::Outcome Connection::broken(std::string why) {
    Failure failure = Failure::closed;
    if (parser_.has_begun()) {
        failure = Failure::half_answer;
    } else if (!is_connected_) {
        failure = Failure::connect;
    } else if (has_served_) {
        failure = Failure::stale;
    } else if (!why.empty()) {
        failure = Failure::reset;
    }
    return {Outcome::Kind::failed, failure, why.empty() ? "the server closed" : std::move(why)};
}

Connection::Outcome Connection::read() {
    std::array<char, kReadBytes> buffer;
    while (true) {
        const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), 0);
        if (got < 0 && would_block(errno)) return {};
        if (got < 0) return broken(text_of(errno));
        if (got == 0) return broken({});
        switch (parser_.feed({buffer.data(), narrow<std::size_t>(got)})) {
            case ResponseParser::Progress::more:
                continue;
            case ResponseParser::Progress::refused:
                return {Outcome::Kind::failed, Failure::malformed, parser_.refusal()};
            case ResponseParser::Progress::done:
                has_served_ = true;
                return {Outcome::Kind::answered};
        }
    }
}

Connection::Outcome Connection::advance() {
    std::string why;
    const bool is_writable = write(why);
    if (!is_connected_) return is_writable ? Outcome{} : broken(std::move(why));
    // A server that answers early and closes breaks the write, yet its answer may have come.
    Outcome outcome = read();
    if (is_writable) return outcome;
    has_ended_ = true;
    if (outcome.kind == Outcome::Kind::pending) return broken(std::move(why));
    return outcome;
}

bool Connection::is_quiet() const {
    char byte = 0;
    return ::recv(fd_, &byte, 1, MSG_PEEK) < 0 && would_block(errno);
}

}  // namespace qr::load
