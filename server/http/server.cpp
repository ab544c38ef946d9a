#include "server/http/server.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>
#include <vector>

#include "server/http/context.h"
#include "server/http/io_thread.h"
#include "server/http/listener.h"

namespace qr::http {
class Server::Impl {
  public:
    Impl(Application& application, const Clock& clock, BufferPool& buffers, Limits limits,
         std::size_t io_threads)
        : context_{application, clock, buffers, limits} {
        QR_CHECK(io_threads > 0);
        for (std::size_t i = 0; i < io_threads; ++i)
            threads_.push_back(std::make_unique<IoThread>(context_));
        listener_ = std::make_unique<Listener>(context_, threads_);
    }

    Result<void> listen(const std::string& hostname, std::uint16_t port) {
        const Result<std::uint16_t> bound = listener_->listen(hostname, port);
        if (!bound.ok()) return bound.error();
        port_ = *bound;
        listener_->start();
        for (const auto& thread : threads_)
            thread->start();
        return {};
    }

    std::uint16_t port() const { return port_; }

    std::size_t connections() const {
        std::size_t sum = 0;
        for (const auto& thread : threads_)
            sum += thread->connections();
        return sum;
    }

    std::size_t requests_in_flight() const {
        std::size_t sum = 0;
        for (const auto& thread : threads_)
            sum += thread->requests_in_flight();
        return sum;
    }

    std::vector<TimePoint> loop_pulses() {
        std::vector<TimePoint> pulses;
        for (const auto& thread : threads_)
            pulses.push_back(thread->pulse());
        return pulses;
    }

    void stop_accepting() {
        if (context_.is_draining.exchange(true)) return;
        listener_->stop();
        for (const auto& thread : threads_)
            thread->drain();
    }

    bool drain(std::chrono::milliseconds timeout) {
        stop_accepting();
        std::unique_lock lock(context_.mutex);
        return context_.changed.wait_for(
            lock, timeout, [this] { return !context_.is_listening && !has_connections(); });
    }

    void stop() {
        stop_accepting();
        const std::lock_guard lock(stopping_);
        for (const auto& thread : threads_)
            thread->stop();
    }

  private:
    bool has_connections() const {
        return std::ranges::any_of(threads_, [](const auto& thread) {
            return thread->connections() + thread->overflowing() > 0;
        });
    }

    Context context_;
    std::vector<std::unique_ptr<IoThread>> threads_;
    std::unique_ptr<Listener> listener_;
    std::uint16_t port_ = 0;
    std::mutex stopping_;
};

Server::Server(Application& application, const Clock& clock, BufferPool& buffers, Limits limits,
               std::size_t io_threads)
    : impl_(std::make_unique<Impl>(application, clock, buffers, limits, io_threads)) {}

Server::~Server() {
    stop();
}

Result<void> Server::listen(const std::string& hostname, std::uint16_t port) {
    return impl_->listen(hostname, port);
}

std::uint16_t Server::port() const {
    return impl_->port();
}

std::size_t Server::connections() const {
    return impl_->connections();
}

std::size_t Server::requests_in_flight() const {
    return impl_->requests_in_flight();
}

std::vector<TimePoint> Server::loop_pulses() {
    return impl_->loop_pulses();
}

void Server::stop_accepting() {
    impl_->stop_accepting();
}

bool Server::drain(std::chrono::milliseconds timeout) {
    return impl_->drain(timeout);
}

void Server::stop() {
    impl_->stop();
}

}  // namespace qr::http
