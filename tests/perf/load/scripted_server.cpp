#include "tests/perf/load/scripted_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "host/base/check.h"
#include "host/base/narrow.h"

namespace qr::load {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";

std::size_t length_in(const std::string& head) {
    constexpr std::string_view kName = "Content-Length: ";
    const std::size_t at = head.find(kName);
    return at == head.npos ? 0 : std::stoul(head.substr(at + kName.size()));
}

}  // namespace

std::string answer_of(int status, const std::string& lines) {
    return "HTTP/1.1 " + std::to_string(status) + " Word\r\nContent-Length: 0\r\n" + lines + "\r\n";
}

ScriptedServer::ScriptedServer(Script script) : script_(std::move(script)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    QR_CHECK(::bind(listener_, generic, size) == 0 && ::listen(listener_, SOMAXCONN) == 0);
    QR_CHECK(::getsockname(listener_, generic, &size) == 0);
    port_ = ntohs(address.sin_port);
    wake_ = ::eventfd(0, EFD_CLOEXEC);
    thread_ = std::thread([this] { run(); });
}

ScriptedServer::~ScriptedServer() {
    QR_CHECK(::eventfd_write(wake_, 1) == 0);
    thread_.join();
    for (const auto& [fd, peer] : peers_)
        ::close(fd);
    ::close(listener_);
    ::close(wake_);
}

void ScriptedServer::run() {
    while (true) {
        std::vector<pollfd> watched{{wake_, POLLIN, 0}, {listener_, POLLIN, 0}};
        for (const auto& [fd, peer] : peers_) {
            if (!peer.is_paused) watched.push_back({fd, POLLIN, 0});
        }
        QR_CHECK(::poll(watched.data(), watched.size(), -1) > 0);
        if (watched[0].revents != 0) return;
        for (std::size_t i = 2; i < watched.size(); ++i) {
            const int fd = watched[i].fd;
            if (watched[i].revents == 0 || serve(fd, peers_.at(fd))) continue;
            ::close(fd);
            peers_.erase(fd);
        }
        if (watched[1].revents != 0) accept_all();
    }
}

void ScriptedServer::accept_all() {
    while (true) {
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) return;
        ++connections_;
        peers_.emplace(fd, Peer{});
    }
}

// False once the connection is over.
bool ScriptedServer::serve(int fd, Peer& peer) {
    std::array<char, 65'536> buffer;
    const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) return false;
    peer.unread.append(buffer.data(), narrow<std::size_t>(got));
    return take_requests(fd, peer);
}

bool ScriptedServer::take_requests(int fd, Peer& peer) {
    while (true) {
        const std::size_t of_body = std::min(peer.body_left, peer.unread.size());
        peer.unread.erase(0, of_body);
        peer.body_left -= of_body;
        body_bytes_ += of_body;
        const std::size_t end = peer.unread.find(kHeadEnd);
        if (peer.body_left > 0 || end == peer.unread.npos) return true;
        const std::string head = peer.unread.substr(0, end + kHeadEnd.size());
        const std::size_t length = length_in(head);
        const ScriptedAnswer answer = script_(requests_.load(), head);
        if (!answer.is_early && peer.unread.size() < head.size() + length) return true;
        ++requests_;
        for (auto& [other, waiting] : peers_)
            waiting.is_paused = false;
        peer.is_paused = answer.pauses;
        peer.unread.erase(0, head.size());
        peer.body_left = length;
        const auto& bytes = answer.bytes;
        if (!bytes.empty() && ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0)
            return false;
        if (answer.closes) return false;
        if (answer.pauses) return true;
    }
}

}  // namespace qr::load
