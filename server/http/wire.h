// One connection's socket, its deadline, and what was read ahead of the parser.
//
// No operation carries a timer: the reaper of the io thread compares `deadline` with the clock a
// few times a second and cancels what is late, so a deadline costs one store. Used on one thread
// only. Knows nothing of HTTP.
#pragma once

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "host/base/clock.h"
#include "server/http/limits.h"

namespace qr::http {

using Socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

class Wire {
  public:
    Wire(Socket socket, const Clock& clock, const Limits& limits);
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    // Reads at least one byte and returns how many. 0: the peer has ended, or the connection is
    // broken, closed or late (has_expired()).
    boost::asio::awaitable<std::size_t> read(std::byte* data, std::size_t size);
    // Reads behind what is ahead(); call only while there is room_ahead().
    boost::asio::awaitable<std::size_t> read_ahead();
    // read_ahead() for the first bytes of a request, which count though they come at the very end
    // of the wait: whoever sent them cannot know that they are late.
    boost::asio::awaitable<std::size_t> read_first();

    // Calls `gone` if the peer ends its side or resets before unwatch(); never from within. Bytes
    // that come, or are ahead() already, end the watch: they stand before whatever end follows.
    // Between reads and writes only.
    void watch(std::function<void()> gone);
    void unwatch();

    // Both pieces by one system call when the socket takes them. Sets its own deadlines. False: the
    // peer did not take everything.
    boost::asio::awaitable<bool> write(std::string_view first, std::string_view second);

    // Ends our side and reads what the peer still sends, within linger_timeout and `bytes_max`: a
    // socket closed over unread bytes would reset, and the peer lose our answer.
    boost::asio::awaitable<void> linger(std::size_t bytes_max);

    std::string_view ahead() const {
        return {ahead_.get() + ahead_begin_, ahead_end_ - ahead_begin_};
    }
    std::size_t room_ahead() const { return ahead_max_ - ahead_end_; }
    void consume(std::size_t size) { ahead_begin_ += size; }
    void compact();  // makes all the room there is; invalidates ahead()

    void set_deadline(TimePoint deadline) {
        deadline_ = deadline;
        has_expired_ = false;
    }
    void clear_deadline() { deadline_ = TimePoint::max(); }
    void hasten(TimePoint deadline) { deadline_ = std::min(deadline_, deadline); }
    // Cancels what is under way when it is late. For the reaper.
    void expire(TimePoint now);
    bool has_expired() const { return has_expired_; }
    bool has_unread() const;
    void close() noexcept;
    std::size_t bytes_written() const { return bytes_written_; }

  private:
    using Watch = std::function<void()>;
    enum class Peek { bytes, nothing, end };

    std::size_t finish_read(std::size_t size, std::size_t asked);
    void look_for_end();
    Peek peek();
    void cancel();

    Socket socket_;
    const Clock& clock_;
    const Limits& limits_;
    TimePoint deadline_ = TimePoint::max();
    bool has_expired_ = false;
    bool is_more_likely_ = false;  // the last read filled its buffer
    std::size_t bytes_written_ = 0;
    std::shared_ptr<Watch> watch_;  // this one owner: what is still under way finds it gone

    std::size_t ahead_max_;
    std::unique_ptr<char[]> ahead_;
    std::size_t ahead_begin_ = 0;
    std::size_t ahead_end_ = 0;
};

}  // namespace qr::http
