// A client that says exactly the bytes it is told to, for tests of what a server makes of them.
//
// Blocking POSIX sockets; every wait ends after kPatience, so that a test fails instead of hanging.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace qr::test {

struct WireAnswer {
    int status = 0;
    std::string head;  // status line and fields, as they came
    std::string body;

    // The value of that field (as the server spells its name), or empty.
    std::string field(std::string_view name) const {
        const std::string wanted = "\r\n" + std::string(name) + ": ";
        const std::size_t begin = head.find(wanted);
        if (begin == std::string::npos) return {};
        const std::size_t end = head.find("\r\n", begin + wanted.size());
        return head.substr(begin + wanted.size(), end - begin - wanted.size());
    }
};

class WireClient {
  public:
    static constexpr std::chrono::seconds kPatience{20};

    // Takes a descriptor; connect() uses it.
    WireClient() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const timeval patience{.tv_sec = kPatience.count(), .tv_usec = 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    }
    explicit WireClient(std::uint16_t port) : WireClient() { connect(port); }
    WireClient(WireClient&& other) noexcept
        : socket_(std::exchange(other.socket_, -1)), received_(std::move(other.received_)) {}
    WireClient& operator=(WireClient&&) = delete;
    ~WireClient() { close(); }

    bool connect(std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }

    // False when the server would not take all of it.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    // The next answer; empty when the connection ends (or patience does) before it is complete.
    std::optional<WireAnswer> receive() { return receive_answer(true); }
    std::optional<WireAnswer> receive_without_body() { return receive_answer(false); }

    std::optional<WireAnswer> exchange(std::string_view request) {
        send(request);
        return receive();
    }

    // True once the server has ended the connection in order: nothing but the end was left.
    bool is_ended() { return received_.empty() && read_more() == 0; }
    // True once it has ended in whichever way: in order, or by a reset.
    bool is_cut_off() {
        while (read_more() > 0) {
        }
        return errno != EAGAIN;
    }
    // Whether something to read, or the end, arrives within that time.
    bool is_readable_within(std::chrono::milliseconds time) {
        pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
        return ::poll(&waiting, 1, static_cast<int>(time.count())) > 0;
    }

    void end_sending() { ::shutdown(socket_, SHUT_WR); }
    void close() {
        if (socket_ >= 0) ::close(std::exchange(socket_, -1));
    }
    // Leaves with a RST instead of a FIN.
    void reset() {
        const linger abrupt{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &abrupt, sizeof abrupt);
        close();
    }
    // How long send() waits for a server that takes nothing.
    void set_send_timeout(timeval patience) {
        ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    }
    // Before connect(): how little the kernel takes in while nobody reads.
    void set_receive_buffer(int bytes) {
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    }

  private:
    // 0 at the end, negative on an error.
    ssize_t read_more() {
        std::array<char, 65536> chunk;
        errno = 0;
        const ssize_t got = ::recv(socket_, chunk.data(), chunk.size(), 0);
        if (got > 0) received_.append(chunk.data(), static_cast<std::size_t>(got));
        return got;
    }

    std::optional<WireAnswer> receive_answer(bool with_body) {
        std::size_t end = 0;
        while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
            if (read_more() <= 0) return std::nullopt;
        }
        WireAnswer answer;
        answer.head = received_.substr(0, end + 2);
        received_.erase(0, end + 4);
        number(answer.head.substr(answer.head.find(' ') + 1, 3), answer.status);
        std::size_t length = 0;
        if (with_body) number(answer.field("Content-Length"), length);
        while (received_.size() < length) {
            if (read_more() <= 0) return std::nullopt;
        }
        answer.body = received_.substr(0, length);
        received_.erase(0, length);
        return answer;
    }

    template <std::integral T>
    static void number(const std::string& text, T& value) {
        std::from_chars(text.data(), text.data() + text.size(), value);
    }

    int socket_ = -1;
    std::string received_;
};

}  // namespace qr::test
