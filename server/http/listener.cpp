#include "server/http/listener.h"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <chrono>
#include <utility>

#include "server/http/await.h"

namespace qr::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

constexpr int kAcceptBatch = 64;          // connections taken between two looks at the others
constexpr std::size_t kOverflowMax = 64;  // clients being told 503 at a time
constexpr std::chrono::milliseconds kRest{100};

std::string peer_name(const tcp::endpoint& peer) {
    asio::ip::address address = peer.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    }
    const std::string text = address.to_string();
    return (address.is_v6() ? "[" + text + "]" : text) + ":" + std::to_string(peer.port());
}

Error cannot_listen(const std::string& hostname, std::uint16_t port, const ErrorCode& code) {
    return {.code = Code::unavailable,
            .message = "cannot listen on " + hostname + ":" + std::to_string(port) + ": " +
                       code.message()};
}

}  // namespace

Listener::Listener(Context& context, const std::vector<std::unique_ptr<IoThread>>& threads)
    : context_(context),
      threads_(threads),
      acceptor_(threads.front()->loop()),
      rest_(threads.front()->loop()) {}

Result<std::uint16_t> Listener::listen(const std::string& hostname, std::uint16_t port) {
    ErrorCode code;
    tcp::resolver resolver(threads_.front()->loop());
    const auto found =
        resolver.resolve(hostname, std::to_string(port), tcp::resolver::passive, code);
    if (code) return cannot_listen(hostname, port, code);
    for (const auto& entry : found) {
        const tcp::endpoint endpoint = entry.endpoint();
        code.clear();
        acceptor_.close();
        if (acceptor_.open(endpoint.protocol(), code)) continue;
        if (acceptor_.set_option(tcp::acceptor::reuse_address(true), code)) continue;
        if (acceptor_.bind(endpoint, code)) continue;
        if (acceptor_.listen(asio::socket_base::max_listen_connections, code)) continue;
        acceptor_.non_blocking(true);
        return acceptor_.local_endpoint().port();
    }
    return cannot_listen(hostname, port, code);
}

void Listener::start() {
    context_.is_listening = true;
    asio::co_spawn(threads_.front()->loop(), run(), asio::detached);
}

void Listener::stop() {
    asio::post(threads_.front()->loop(), [this] {
        if (!acceptor_.is_open()) return;
        while (accept_batch() == Batch::full) {
        }
        ErrorCode ignored;
        acceptor_.close(ignored);
        rest_.cancel();
        context_.is_listening = false;
        context_.note_change();
    });
}

asio::awaitable<void> Listener::run() {
    while (acceptor_.is_open()) {
        auto waiting = acceptor_.async_wait(tcp::acceptor::wait_read, kAwait);
        const auto [code] = co_await std::move(waiting);
        if (code || accept_batch() != Batch::out_of_descriptors) continue;
        rest_.expires_after(kRest);
        auto resting = rest_.async_wait(kAwait);
        co_await std::move(resting);
    }
}

Listener::Batch Listener::accept_batch() {
    for (int taken = 0; taken < kAcceptBatch;) {
        tcp::endpoint peer;
        auto size = static_cast<socklen_t>(peer.capacity());
        const int descriptor =
            ::accept4(acceptor_.native_handle(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor >= 0) {
            peer.resize(size);
            admit(descriptor, peer);
            ++taken;
            continue;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) return Batch::drained;
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            return Batch::out_of_descriptors;
        }
        ++taken;  // the connection is gone already (ECONNABORTED and its like)
    }
    return Batch::full;
}

void Listener::admit(int descriptor, const tcp::endpoint& peer) {
    std::size_t connections = 0;
    std::size_t overflowing = 0;
    IoThread* calmest = nullptr;
    // Beginning one further each time spreads ties.
    for (std::size_t i = 0; i < threads_.size(); ++i) {
        IoThread& thread = *threads_[(next_thread_ + i) % threads_.size()];
        connections += thread.connections();
        overflowing += thread.overflowing();
        if (calmest == nullptr || thread.connections() < calmest->connections()) calmest = &thread;
    }
    ++next_thread_;
    const bool is_full = connections >= context_.limits.connections_max;
    if (is_full && overflowing >= kOverflowMax) {
        ::close(descriptor);
        return;
    }
    Socket socket(calmest->loop());
    ErrorCode code;
    socket.assign(peer.protocol(), descriptor, code);
    if (code) {
        ::close(descriptor);
        return;
    }
    socket.non_blocking(true, code);
    socket.set_option(tcp::no_delay(true), code);
    calmest->adopt(std::move(socket), peer_name(peer),
                   is_full ? Admission::overflow : Admission::admitted);
}

}  // namespace qr::http
