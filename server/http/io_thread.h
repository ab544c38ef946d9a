// One single-threaded event loop, the connections bound to it, and the reaper of their deadlines.
//
// adopt(), drain() and stop() may be called from any thread; everything else belongs to the
// thread itself. The reaper's timer runs only while there are connections: an empty server sleeps.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "server/http/context.h"
#include "server/http/response_head.h"
#include "server/http/wire.h"

namespace qr::http {

class Session;

// overflow: one more than connections_max, there to be told so.
enum class Admission : std::uint8_t { admitted, overflow };

class IoThread {
  public:
    explicit IoThread(Context& context);

    void start();
    boost::asio::io_context& loop() { return loop_; }

    // From now on the connection counts, and its session runs on this thread. Takes `socket`, made
    // on loop(), even when the thread is stopping.
    void adopt(Socket socket, std::string peer, Admission admission);

    // Closes what waits for a request that has not begun.
    void drain();
    // To be called before the end once started. Closes every connection and joins once each
    // session's handler has returned. Idempotent.
    void stop();

    // When the loop last turned; makes it turn again. Before start(): now.
    TimePoint pulse();

    std::size_t connections() const { return connections_.load(); }
    std::size_t overflowing() const { return overflowing_.load(); }
    std::size_t requests_in_flight() const { return in_flight_.load(); }

    // For the sessions.
    Context& context() { return context_; }
    void enter(Session& session);
    void leave(Session& session) noexcept;
    void forget(Admission admission) noexcept;  // the connection is gone
    std::string_view date();
    void begin_request() { in_flight_.fetch_add(1, std::memory_order_relaxed); }
    void end_request() {
        in_flight_.fetch_sub(1);
        context_.note_change();
    }

  private:
    void request_stop();
    void arm_reaper();
    void reap();

    // Before the loop, because sessions that never ran end with it.
    Context& context_;
    std::vector<Session*> sessions_;
    std::atomic<std::size_t> connections_{0};
    std::atomic<std::size_t> overflowing_{0};
    std::atomic<std::size_t> in_flight_{0};
    DateLine date_;
    std::atomic<Duration::rep> pulsed_at_;
    std::atomic<bool> is_pulse_asked_{false};

    boost::asio::io_context loop_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    boost::asio::steady_timer reaper_;
    bool is_reaper_armed_ = false;
    bool is_stopping_ = false;
    std::thread thread_;
};

}  // namespace qr::http
