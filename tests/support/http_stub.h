// A server that takes one connection on a free port, keeps what it was sent and answers as told.
// Plain sockets: a client's tests should not lean on the server they belong to.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <thread>

namespace qr {

class HttpStub {
  public:
    // `answer` whole: status line, fields, body.
    explicit HttpStub(std::string answer) : answer_(std::move(answer)) {
        listener_ = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(0, bind(listener_, generic, size));
        EXPECT_EQ(0, listen(listener_, 1));
        EXPECT_EQ(0, getsockname(listener_, generic, &size));
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~HttpStub() {
        if (thread_.joinable()) finish();
    }

    static std::string answer(int status, const std::string& body) {
        return "HTTP/1.1 " + std::to_string(status) +
               " Stub\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: " +
               std::to_string(body.size()) + "\r\n\r\n" + body;
    }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    std::uint16_t port() const { return port_; }

    // The request it was sent, once it has been answered.
    const std::string& finish() {
        shutdown(listener_, SHUT_RDWR);  // ends an accept() that nobody will answer
        thread_.join();
        close(listener_);
        return request_;
    }

  private:
    void serve() {
        const int connection = accept(listener_, nullptr, nullptr);
        if (connection < 0) return;
        std::array<char, 4096> bytes{};
        while (!is_whole()) {
            const ssize_t size = recv(connection, bytes.data(), bytes.size(), 0);
            if (size <= 0) break;
            request_.append(bytes.data(), static_cast<std::size_t>(size));
        }
        EXPECT_EQ(static_cast<ssize_t>(answer_.size()),
                  send(connection, answer_.data(), answer_.size(), MSG_NOSIGNAL));
        close(connection);
    }

    bool is_whole() const {
        const std::size_t head_end = request_.find("\r\n\r\n");
        if (head_end == std::string::npos) return false;
        const std::size_t length = request_.find("Content-Length: ");
        if (length == std::string::npos) return true;
        constexpr std::size_t kNameSize = 16;
        const auto body = std::strtoull(request_.c_str() + length + kNameSize, nullptr, 10);
        return request_.size() >= head_end + 4 + body;
    }

    const std::string answer_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::string request_;
    std::thread thread_;
};

}  // namespace qr
