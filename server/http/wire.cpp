#include "server/http/wire.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <cstring>
#include <optional>
#include <utility>

#include "server/http/await.h"
#include "server/http/pace.h"

namespace qr::http {
namespace {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

}  // namespace

Wire::Wire(Socket socket, const Clock& clock, const Limits& limits)
    : socket_(std::move(socket)),
      clock_(clock),
      limits_(limits),
      ahead_max_(limits.head_bytes_max),
      ahead_(std::make_unique_for_overwrite<char[]>(limits.head_bytes_max)) {}

asio::awaitable<std::size_t> Wire::read(std::byte* data, std::size_t size) {
    const asio::mutable_buffer buffer(data, size);
    if (is_more_likely_) {
        // Straight from the socket: saves a turn of the event loop where data is known to wait.
        ErrorCode code;
        const std::size_t got = socket_.read_some(buffer, code);
        if (code != asio::error::would_block) co_return finish_read(code ? 0 : got, size);
    }
    auto reading = socket_.async_read_some(buffer, kAwait);
    const auto [code, got] = co_await std::move(reading);
    // Late is late, even where bytes came while the cancellation was on its way: a client that
    // never pauses must not outrun it.
    co_return finish_read(code || has_expired_ ? 0 : got, size);
}

std::size_t Wire::finish_read(std::size_t size, std::size_t asked) {
    is_more_likely_ = size == asked;
    return size;
}

asio::awaitable<std::size_t> Wire::read_ahead() {
    auto reading = read(reinterpret_cast<std::byte*>(ahead_.get()) + ahead_end_, room_ahead());
    const std::size_t got = co_await std::move(reading);
    ahead_end_ += got;
    co_return got;
}

asio::awaitable<std::size_t> Wire::read_first() {
    const asio::mutable_buffer buffer(ahead_.get() + ahead_end_, room_ahead());
    auto reading = socket_.async_read_some(buffer, kAwait);
    auto [code, got] = co_await std::move(reading);
    if (code == asio::error::operation_aborted) got = socket_.read_some(buffer, code);
    ahead_end_ += got;
    co_return got;
}

void Wire::watch(std::function<void()> gone) {
    if (!ahead().empty()) return;
    watch_ = std::make_shared<Watch>(std::move(gone));
    look_for_end();
}

void Wire::unwatch() {
    if (watch_ == nullptr) return;
    watch_.reset();
    cancel();
}

void Wire::look_for_end() {
    socket_.async_wait(Socket::wait_read, [this, watch = std::weak_ptr(watch_)](ErrorCode code) {
        const std::shared_ptr<Watch> gone = watch.lock();
        if (gone == nullptr || code) return;
        const Peek seen = peek();
        if (seen == Peek::nothing) return look_for_end();
        watch_.reset();
        if (seen == Peek::end) (*gone)();
    });
}

Wire::Peek Wire::peek() {
    char byte = 0;
    ErrorCode code;
    socket_.receive(asio::buffer(&byte, 1), Socket::message_peek, code);
    if (code == asio::error::would_block) return Peek::nothing;
    return code ? Peek::end : Peek::bytes;
}

asio::awaitable<bool> Wire::write(std::string_view first, std::string_view second) {
    std::array<asio::const_buffer, 2> pieces{asio::const_buffer(first.data(), first.size()),
                                             asio::const_buffer(second.data(), second.size())};
    std::optional<Pace> pace;
    while (true) {
        ErrorCode code;
        const std::size_t moved = socket_.write_some(pieces, code);
        if (code && code != asio::error::would_block) co_return false;
        bytes_written_ += moved;
        const std::size_t from_first = std::min(moved, pieces[0].size());
        pieces[0] += from_first;
        pieces[1] += moved - from_first;
        if (pieces[0].size() + pieces[1].size() == 0) break;

        const TimePoint now = clock_.now();
        if (!pace) pace.emplace(now, limits_.write_timeout, limits_);
        if (moved > 0) pace->move(now, moved);
        set_deadline(pace->deadline());
        auto waiting = socket_.async_wait(Socket::wait_write, kAwait);
        const auto [waited] = co_await std::move(waiting);
        if (waited || has_expired_) co_return false;
    }
    clear_deadline();
    co_return true;
}

asio::awaitable<void> Wire::linger(std::size_t bytes_max) {
    ErrorCode ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    set_deadline(clock_.now() + limits_.linger_timeout);
    std::size_t discarded = 0;
    while (discarded < bytes_max) {
        ahead_begin_ = ahead_end_ = 0;
        auto reading = read_ahead();
        const std::size_t got = co_await std::move(reading);
        if (got == 0) break;
        discarded += got;
    }
}

void Wire::compact() {
    const std::size_t size = ahead().size();
    if (size > 0 && ahead_begin_ > 0) std::memmove(ahead_.get(), ahead().data(), size);
    ahead_begin_ = 0;
    ahead_end_ = size;
}

void Wire::expire(TimePoint now) {
    if (now < deadline_) return;
    clear_deadline();
    has_expired_ = true;
    cancel();
}

void Wire::cancel() {
    ErrorCode ignored;
    socket_.cancel(ignored);
}

bool Wire::has_unread() const {
    ErrorCode code;
    return !ahead().empty() || (socket_.available(code) > 0 && !code);
}

void Wire::close() noexcept {
    ErrorCode ignored;
    socket_.close(ignored);
}

}  // namespace qr::http
