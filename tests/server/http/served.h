// An http::Server on a port of its own around a small application, for tests over real sockets.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/http/body_stream.h"
#include "server/http/client.h"
#include "server/http/server.h"
#include "tests/support/wire_client.h"

namespace qr::http::test {

// Time limits that a test waits for, and those it must not meet.
inline constexpr std::chrono::milliseconds kSoon{50};
inline constexpr std::chrono::milliseconds kNever{60'000};

using qr::test::WireAnswer;
using qr::test::WireClient;

struct Completion {
    std::string path;
    int status = 0;
    Exchange exchange;
};

// GET /page: "page". POST /echo: the body. POST /length, /alignment (of the tensor part), GET /id,
// /trace, /thread (that runs the handler), /throw. GET /large?n: n bytes. GET /gate: answers once
// open() is called; /watched: or once its client is gone. /refused: 401 on the head alone. /bye:
// asks for the connection to be closed. POST /stream?n: reads its body itself, n bytes at a time,
// and answers how much and which hash; /stops?n: reads once; /waits?n: at the gate after
// the first read.
class TestApplication final : public Application {
  public:
    std::optional<Response> refuse(Request& head) override {
        head.takes_stream =
            head.path == "/stream" || head.path == "/stops" || head.path == "/waits";
        if (head.path != "/refused") return std::nullopt;
        return text(401, "refused");
    }

    boost::asio::awaitable<Response> handle(Request& request) override {
        if (request.takes_stream) {
            auto reading = read_stream(request);
            co_return co_await std::move(reading);
        }
        if (request.path == "/gate" || request.path == "/watched") {
            auto waiting = wait_at_gate(request);
            co_await std::move(waiting);
        }
        co_return answer(request);
    }

    Response describe(const Request&, const Error& error) override {
        return text(status_of(error.code), error.message);
    }

    void failed(const Request&, std::string_view what) noexcept override {
        const std::lock_guard lock(mutex_);
        failures_.emplace_back(what);
    }

    void completed(const Request& request, const Response& response,
                   const Exchange& exchange) noexcept override {
        const std::lock_guard lock(mutex_);
        completions_.push_back({request.path, response.status, exchange});
        changed_.notify_all();
    }

    // Blocks until that many exchanges have completed; returns the last of them.
    Completion await_completion(std::size_t count) {
        std::unique_lock lock(mutex_);
        const bool came = changed_.wait_for(lock, WireClient::kPatience,
                                            [&] { return completions_.size() >= count; });
        return came ? completions_[count - 1] : Completion{};
    }

    // Of exceptions, in order.
    std::vector<std::string> failures() const {
        const std::lock_guard lock(mutex_);
        return failures_;
    }
    // How many clients of /watched were seen to leave.
    std::size_t gone() const {
        const std::lock_guard lock(mutex_);
        return gone_;
    }

    // What /stream answers to that body.
    static std::string summary(std::string_view body) {
        return std::to_string(body.size()) + ' ' +
               std::to_string(std::hash<std::string_view>()(body));
    }

    void await_gate(std::size_t waiting) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, WireClient::kPatience, [&] { return gates_.size() >= waiting; });
    }
    void open() {
        const std::lock_guard lock(mutex_);
        for (const auto& gate : gates_)
            boost::asio::post(gate->get_executor(), [gate] { gate->cancel(); });
        gates_.clear();
    }

  private:
    static Response text(int status, std::string body) {
        return {.status = status, .content_type = "text/plain", .body = std::move(body)};
    }

    static int status_of(Code code) {
        switch (code) {
            case Code::malformed:
                return 400;
            case Code::request_timeout:
                return 408;
            case Code::too_large:
                return 413;
            case Code::unsupported_media_type:
                return 415;
            case Code::headers_too_large:
                return 431;
            case Code::cancelled:
                return 499;
            case Code::unavailable:
                return 503;
            default:
                return 500;
        }
    }

    boost::asio::awaitable<void> wait_at_gate(Request& request) {
        const auto executor = co_await boost::asio::this_coro::executor;
        auto gate = std::make_shared<boost::asio::steady_timer>(executor);
        gate->expires_at(boost::asio::steady_timer::time_point::max());
        if (request.path != "/gate") {
            request.client->on_gone([this, gate] {
                note_gone();
                gate->cancel();
            });
        }
        enter_gate(gate);
        constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);
        auto waiting = gate->async_wait(kAwait);
        co_await std::move(waiting);
    }

    boost::asio::awaitable<Response> read_stream(Request& request) {
        std::vector<std::byte> piece(number(request.query));
        std::string body;
        while (true) {
            const std::span<std::byte> into(piece);
            auto reading = request.stream->read(into);
            const Result<std::size_t> got = co_await std::move(reading);
            if (!got.ok()) co_return describe(request, got.error());
            body.append(reinterpret_cast<const char*>(piece.data()), *got);
            if (*got < piece.size() || request.path == "/stops") break;
            if (request.path == "/waits" && body.size() == *got) {
                auto waiting = wait_at_gate(request);
                co_await std::move(waiting);
            }
        }
        co_return text(200, summary(body));
    }

    static Response answer(const Request& request) {
        if (request.path == "/echo") return text(200, std::string(request.body()));
        if (request.path == "/length") return text(200, std::to_string(request.body_size));
        if (request.path == "/id") return text(200, request.id);
        if (request.path == "/trace") {
            return text(200, std::string(request.fields.get("traceparent")));
        }
        if (request.path == "/large") return text(200, std::string(number(request.query), 'x'));
        if (request.path == "/alignment") {
            const std::size_t header =
                number(request.fields.get("inference-header-content-length"));
            const auto address = reinterpret_cast<std::uintptr_t>(request.body().data() + header);
            return text(200, std::to_string(address % Buffer::kAlignment));
        }
        if (request.path == "/thread") {
            return text(200,
                        std::to_string(std::hash<std::thread::id>()(std::this_thread::get_id())));
        }
        if (request.path == "/throw") throw std::runtime_error("on purpose");
        Response response = text(200, "page");
        if (request.path == "/bye") response.fields.add("Connection", "close");
        return response;
    }

    static std::size_t number(std::string_view digits) {
        std::size_t value = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return value;
    }

    void enter_gate(std::shared_ptr<boost::asio::steady_timer> gate) {
        const std::lock_guard lock(mutex_);
        gates_.push_back(std::move(gate));
        changed_.notify_all();
    }

    void note_gone() {
        const std::lock_guard lock(mutex_);
        ++gone_;
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t gone_ = 0;
    std::vector<std::string> failures_;
    std::vector<Completion> completions_;
    std::vector<std::shared_ptr<boost::asio::steady_timer>> gates_;
};

class Served : public testing::Test {
  protected:
    static constexpr std::string_view kGet = "GET /page HTTP/1.1\r\nHost: a\r\n\r\n";

    // With limits of the test's own: before the first client.
    void serve(Limits limits = {}, std::size_t io_threads = 1) {
        server = std::make_unique<Server>(application, clock, buffers, limits, io_threads);
        const Result<void> listening = server->listen("127.0.0.1", 0);
        ASSERT_TRUE(listening.ok()) << listening.error().message;
    }
    void TearDown() override { application.open(); }

    WireClient client() { return WireClient(server->port()); }

    static std::string post(std::string_view path, std::string_view body,
                            std::string_view fields = {}) {
        return "POST " + std::string(path) +
               " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
               std::string(fields) + "\r\n" + std::string(body);
    }

    SteadyClock clock;
    BufferPool buffers{std::size_t{64} << 20};
    TestApplication application;
    std::unique_ptr<Server> server;
};

}  // namespace qr::http::test
