// A stand-in for the service manager: a datagram socket that NOTIFY_SOCKET can name.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <string>

namespace qr::test {

class NotifySocket {
  public:
    // A path, or '@' and an abstract name.
    explicit NotifySocket(std::string name) : name_(std::move(name)) {
        socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        name_.copy(address.sun_path, sizeof address.sun_path - 1);
        if (name_[0] == '@') {
            address.sun_path[0] = '\0';
        } else {
            ::unlink(name_.c_str());
        }
        const void* const bound = &address;
        const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
        EXPECT_EQ(0, ::bind(socket_, static_cast<const sockaddr*>(bound), length))
            << std::strerror(errno);
    }
    ~NotifySocket() {
        ::close(socket_);
        if (name_[0] != '@') ::unlink(name_.c_str());
    }
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;

    const std::string& name() const { return name_; }
    std::string receive() { return receive(0); }  // waits for the next message
    bool is_silent() { return receive(MSG_DONTWAIT).empty(); }

  private:
    std::string receive(int flags) {
        std::array<char, 4096> message{};
        const ssize_t size = ::recv(socket_, message.data(), message.size(), flags);
        return size < 0 ? "" : std::string(message.data(), static_cast<std::size_t>(size));
    }

    std::string name_;
    int socket_ = -1;
};

// Names no other test of any process uses.
inline std::string own_socket_name() {
    return "@qr-notify-" + std::to_string(::getpid()) + "-" +
           testing::UnitTest::GetInstance()->current_test_info()->name();
}

}  // namespace qr::test
