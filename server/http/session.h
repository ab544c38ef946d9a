// One connection: requests read, handled and answered strictly in turn until either side has had
// enough.
//
// A request is in flight from the end of its head to the last byte of its answer; nothing of the
// next one is looked at before. Every way out ends in completed() for each head that arrived, and
// in an answer wherever the socket still takes one.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "server/http/application.h"
#include "server/http/client.h"
#include "server/http/framing.h"
#include "server/http/io_thread.h"
#include "server/http/wire.h"

namespace qr::http {

class Session : private Client {
  public:
    Session(IoThread& home, Socket socket, std::string peer, Admission admission);
    ~Session() override;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    boost::asio::awaitable<void> run();

    // For the io thread, between this coroutine's steps.
    void expire(TimePoint now) { wire_.expire(now); }
    void close() noexcept { wire_.close(); }
    // Ends the connection unless a request comes within drain_grace: one may be on its way, sent
    // before its client could know.
    void drain();

  private:
    // One request and what became of it.
    struct Turn {
        Head head;
        Response response;
        Exchange exchange;
        std::size_t bytes_written_before = 0;
        bool is_body_unread = false;
    };
    enum class Next { another_turn, close, linger };

    void on_gone(std::function<void()> gone) override;

    boost::asio::awaitable<Next> take_turn();
    boost::asio::awaitable<Next> refuse_connection();
    // Empty: the client left, or was idle for too long, before a request began.
    boost::asio::awaitable<std::optional<Result<Head>>> read_head(Turn& turn);
    boost::asio::awaitable<void> respond(Turn& turn);
    boost::asio::awaitable<void> respond_to_stream(Turn& turn);
    boost::asio::awaitable<std::optional<Error>> take_body(Turn& turn);
    boost::asio::awaitable<Response> handle(Request& request);
    boost::asio::awaitable<Next> answer(Turn& turn);

    std::optional<Response> refuse(Turn& turn);
    void drop_unread_body(Turn& turn);
    void end_handling(Turn& turn);
    Response describe(const Request& request, const Error& error) noexcept;
    Duration patience() const;
    bool is_last(const Turn& turn) const;

    IoThread& home_;
    Context& context_;
    Wire wire_;
    const std::string peer_;
    const Admission admission_;
    std::size_t turns_ = 0;
    bool is_idle_ = false;
    bool has_client_left_ = false;  // while its request was handled
    std::string head_text_;         // reused by every answer
};

}  // namespace qr::http
