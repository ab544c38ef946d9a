// Accepts connections and hands each to the io thread with the fewest.
//
// Accepts in batches, and rests for a moment when the process is out of descriptors. Beyond
// connections_max a few clients at a time are told 503; the rest are closed unanswered, because
// telling them would itself take connections without bound. listen() aside, everything runs on the
// first io thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/base/error.h"
#include "server/http/context.h"
#include "server/http/io_thread.h"

namespace qr::http {

class Listener {
  public:
    // `threads` must outlive the listener; the first one runs it.
    Listener(Context& context, const std::vector<std::unique_ptr<IoThread>>& threads);

    // Binds and listens. Errors: `unavailable`, naming address and reason.
    Result<std::uint16_t> listen(const std::string& hostname, std::uint16_t port);
    // Accepts from now on.
    void start();
    // Takes what waits in the backlog, then closes. From any thread, once started.
    void stop();

  private:
    enum class Batch { drained, full, out_of_descriptors };

    Result<void> bind(const boost::asio::ip::tcp::endpoint& endpoint);
    boost::asio::awaitable<void> run();
    Batch accept_batch();
    void admit(int descriptor, const boost::asio::ip::tcp::endpoint& peer);

    Context& context_;
    const std::vector<std::unique_ptr<IoThread>>& threads_;
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::steady_timer rest_;
    std::size_t next_thread_ = 0;
};

}  // namespace qr::http
