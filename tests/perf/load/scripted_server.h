// An HTTP server for tests of the load tool: one thread, a loopback port of its own, and an answer
// by script for every request that it has read.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <thread>

namespace qr::load {

struct ScriptedAnswer {
    std::string bytes;      // sent as they are
    bool closes = false;    // and then the connection ends
    bool is_early = false;  // sent once the head is there; the body is read all the same,
    bool pauses = false;    // but not before another request has come
};

class ScriptedServer {
  public:
    // Called with the number of the request (from 0) and its head.
    using Script = std::function<ScriptedAnswer(std::uint64_t number, const std::string& head)>;

    explicit ScriptedServer(Script script);
    ~ScriptedServer();
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    std::uint16_t port() const { return port_; }
    std::uint64_t requests() const { return requests_.load(); }
    std::uint64_t connections() const { return connections_.load(); }
    std::uint64_t body_bytes() const { return body_bytes_.load(); }

  private:
    struct Peer {
        std::string unread;
        std::size_t body_left = 0;
        bool is_paused = false;
    };

    void run();
    void accept_all();
    bool serve(int fd, Peer& peer);
    bool take_requests(int fd, Peer& peer);

    Script script_;
    int listener_ = -1;
    int wake_ = -1;
    std::uint16_t port_ = 0;
    std::map<int, Peer> peers_;
    std::atomic<std::uint64_t> requests_{0}, connections_{0}, body_bytes_{0};
    std::thread thread_;
};

// "HTTP/1.1 200 OK", an empty body and these further lines, each ending in CRLF.
std::string answer_of(int status, const std::string& lines = "");

}  // namespace qr::load
