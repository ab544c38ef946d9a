#include "server/http/io_thread.h"

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <ctime>
#include <memory>
#include <utility>

#include "server/http/session.h"

namespace qr::http {
namespace {

namespace asio = boost::asio;

// How late a deadline may be noticed. Each tick looks at every connection of the thread.
constexpr std::chrono::milliseconds kReapInterval{250};

asio::awaitable<void> serve(std::unique_ptr<Session> session) {
    auto running = session->run();
    co_await std::move(running);
}

}  // namespace

IoThread::IoThread(Context& context)
    : context_(context),
      pulsed_at_(context.clock.now().time_since_epoch().count()),
      loop_(1),
      work_(loop_.get_executor()),
      reaper_(loop_) {}

void IoThread::start() {
    thread_ = std::thread([this] { loop_.run(); });
}

void IoThread::adopt(Socket socket, std::string peer, Admission admission) {
    (admission == Admission::admitted ? connections_ : overflowing_).fetch_add(1);
    auto session = std::make_unique<Session>(*this, std::move(socket), std::move(peer), admission);
    asio::co_spawn(loop_, serve(std::move(session)), asio::detached);
}

void IoThread::drain() {
    asio::post(loop_, [this] {
        for (Session* session : sessions_)
            session->drain();
    });
}

void IoThread::stop() {
    if (!thread_.joinable()) return;
    asio::post(loop_, [this] { request_stop(); });
    work_.reset();
    thread_.join();
}

TimePoint IoThread::pulse() {
    if (!thread_.joinable()) return context_.clock.now();
    if (!is_pulse_asked_.exchange(true)) {
        asio::post(loop_, [this] {
            pulsed_at_.store(context_.clock.now().time_since_epoch().count());
            is_pulse_asked_.store(false);
        });
    }
    return TimePoint(Duration(pulsed_at_.load()));
}

void IoThread::request_stop() {
    is_stopping_ = true;
    reaper_.cancel();
    for (Session* session : sessions_)
        session->close();
}

void IoThread::enter(Session& session) {
    sessions_.push_back(&session);
    if (is_stopping_) {
        session.close();
    } else if (!is_reaper_armed_) {
        arm_reaper();
    }
}

void IoThread::leave(Session& session) noexcept {
    std::erase(sessions_, &session);
}

void IoThread::forget(Admission admission) noexcept {
    (admission == Admission::admitted ? connections_ : overflowing_).fetch_sub(1);
    context_.note_change();
}

void IoThread::arm_reaper() {
    is_reaper_armed_ = true;
    reaper_.expires_after(kReapInterval);
    reaper_.async_wait([this](const boost::system::error_code& code) {
        is_reaper_armed_ = false;
        if (!code) reap();
    });
}

void IoThread::reap() {
    const TimePoint now = context_.clock.now();
    for (Session* session : sessions_)
        session->expire(now);
    if (!sessions_.empty() && !is_stopping_) arm_reaper();
}

std::string_view IoThread::date() {
    return date_.at(std::time(nullptr));
}

}  // namespace qr::http
