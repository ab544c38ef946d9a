// A stand-in for an embedding service on a free port: vectors follow from their text, and a test
// says when it is slow, failing or wrong.
//
// Real sockets, a thread a connection, connections are kept. Nothing here ships.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace qr::test {

class EmbeddingServiceStandIn {
  public:
    enum class Form { floats, base64, tei };  // of its answers; `tei` has /info and /embed alone
    static constexpr std::size_t kDimension = 4;
    static constexpr std::size_t kBatchMax = 8;  // of /info

    struct Request {
        std::string head;
        std::string body;
        std::vector<std::string> texts;
    };
    // What is done instead of answering as usual.
    struct Deed {
        int status = 200;
        std::string body = {};
        std::string fields = {};  // whole lines of the head
        bool drops = false;       // ends the connection without an answer
    };

    explicit EmbeddingServiceStandIn(Form form);
    ~EmbeddingServiceStandIn();

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    static std::vector<float> vector_of(const std::string& text);

    void next(Deed deed);                   // for the next call for vectors that has none yet
    void always(std::optional<Deed> deed);  // for those without one of their own
    void next_info(Deed deed);
    void refuse(const std::string& text);  // 422 for a call with that text
    void set_dimension(std::size_t dimension);

    // Calls for vectors wait for release().
    void hold();
    void release();
    void await_calls(std::size_t count);  // until so many have come, held or not

    std::vector<Request> calls() const;  // for vectors
    std::size_t connections() const;
    std::size_t infos() const;

  private:
    void accept_all();
    void serve(int connection);
    bool read_request(int connection, std::string& received, Request& request) const;
    Deed answer(Request request);
    Deed answer_vectors(Request request);
    std::string print_vectors(const std::vector<std::string>& texts) const;

    const Form form_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Deed> deeds_;
    std::deque<Deed> info_deeds_;
    std::optional<Deed> always_;
    std::string refused_;
    std::size_t dimension_ = kDimension;
    bool is_held_ = false;
    bool is_ending_ = false;
    std::vector<Request> calls_;
    std::size_t infos_ = 0;
    std::vector<int> connections_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

}  // namespace qr::test
