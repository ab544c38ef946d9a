// The deadlines of a connection, over real sockets with limits of a few milliseconds.
#include "server/http/wire.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "tests/server/http/served.h"

namespace qr::http {
namespace {

using std::chrono::milliseconds;
using test::Completion;
using test::kNever;
using test::kSoon;
using test::WireAnswer;
using test::WireClient;

class WireTest : public test::Served {
  protected:
    // No limit is in the way but those a test lowers.
    static Limits patient() {
        Limits limits;
        limits.head_timeout = limits.idle_timeout = limits.read_timeout = kNever;
        limits.write_timeout = limits.rate_grace = kNever;
        return limits;
    }

    // Sends `bytes` one at a time, each after a pause shorter than kSoon, until an answer comes.
    static std::optional<WireAnswer> drip(WireClient& wire, const std::string& bytes) {
        for (const char c : bytes) {
            if (wire.is_readable_within(kSoon / 5)) return wire.receive();
            wire.send({&c, 1});
        }
        return std::nullopt;
    }
};

TEST_F(WireTest, CutsOffASlowHeadHoweverItDrips) {
    Limits limits = patient();
    limits.head_timeout = kSoon;
    serve(limits);
    WireClient wire = client();
    const auto answer = drip(wire, "GET /page HTTP/1.1\r\nHost: a\r\nX: " + std::string(5000, 'x'));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 408);
    EXPECT_EQ(answer->field("Connection"), "close");
}

TEST_F(WireTest, EndsAConnectionThatNeverSendsAnything) {
    Limits limits = patient();
    limits.head_timeout = kSoon;
    serve(limits);
    EXPECT_TRUE(client().is_ended());
}

TEST_F(WireTest, EndsAnIdleConnection) {
    Limits limits = patient();
    limits.idle_timeout = kSoon;
    serve(limits);
    WireClient wire = client();
    EXPECT_EQ(wire.exchange(kGet)->body, "page");
    EXPECT_TRUE(wire.is_ended());
}

TEST_F(WireTest, CutsOffABodyThatPauses) {
    Limits limits = patient();
    limits.read_timeout = kSoon;
    serve(limits);
    WireClient wire = client();
    wire.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nsome");
    EXPECT_EQ(wire.receive()->status, 408);
    WireClient chunky = client();
    chunky.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
    EXPECT_EQ(chunky.receive()->status, 408);
}

TEST_F(WireTest, CutsOffABodyThatDrips) {
    Limits limits = patient();
    limits.rate_grace = kSoon;
    limits.rate_min_bytes_per_s = 1'000'000;
    serve(limits);
    WireClient wire = client();
    wire.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n");
    const auto answer = drip(wire, std::string(5000, 'x'));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 408);
}

TEST_F(WireTest, CutsOffAReaderThatStops) {
    Limits limits = patient();
    limits.write_timeout = kSoon;
    serve(limits);
    WireClient wire;
    wire.set_receive_buffer(4096);
    ASSERT_TRUE(wire.connect(server->port()));
    wire.send("GET /large?30000000 HTTP/1.1\r\nHost: a\r\n\r\n");
    const Completion completion = application.await_completion(1);
    EXPECT_EQ(completion.status, 200);
    EXPECT_FALSE(completion.exchange.is_complete);
    EXPECT_LT(completion.exchange.bytes_out, 30'000'000);
    EXPECT_TRUE(wire.is_cut_off());
}

TEST_F(WireTest, WritesALargeAnswerAsTheReaderTakesIt) {
    serve(patient());
    WireClient wire;
    wire.set_receive_buffer(4096);
    ASSERT_TRUE(wire.connect(server->port()));
    wire.send("GET /large?5000000 HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto answer = wire.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, std::string(5'000'000, 'x'));
    EXPECT_TRUE(application.await_completion(1).exchange.is_complete);
}

TEST_F(WireTest, LingersOnlySoLongOverARefusedBody) {
    Limits limits = patient();
    limits.linger_timeout = kSoon;
    serve(limits);
    WireClient wire = client();
    wire.send("POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n");
    EXPECT_EQ(wire.receive()->status, 401);
    EXPECT_TRUE(wire.is_ended());
    // The client keeps sending; the last send may fail a moment before the connection is counted
    // out.
    const auto patience = std::chrono::steady_clock::now() + WireClient::kPatience;
    while (server->connections() > 0 && std::chrono::steady_clock::now() < patience) {
        wire.send("x");
        std::this_thread::yield();
    }
    EXPECT_EQ(server->connections(), 0);
}

}  // namespace
}  // namespace qr::http
