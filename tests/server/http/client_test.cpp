// Clients that leave while their request waits, over real sockets.
#include "server/http/client.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/server/http/served.h"

namespace qr::http {
namespace {

using std::chrono::milliseconds;
using test::Completion;
using test::WireClient;

constexpr std::string_view kWatched = "GET /watched HTTP/1.1\r\nHost: a\r\n\r\n";

class ClientTest : public test::Served {
  protected:
    // A client whose request waits, watched.
    WireClient waiting_client() {
        WireClient wire = client();
        wire.send(kWatched);
        application.await_gate(1);
        return wire;
    }
};

TEST_F(ClientTest, AResetIsToldToTheHandlerAndEndsTheExchangeWithoutAnAnswer) {
    serve();
    WireClient wire = waiting_client();
    wire.reset();
    const Completion completion = application.await_completion(1);
    EXPECT_EQ(completion.status, 499);
    EXPECT_FALSE(completion.exchange.is_complete);
    EXPECT_EQ(completion.exchange.bytes_out, 0);
    EXPECT_EQ(application.gone(), 1);
    EXPECT_TRUE(server->drain(WireClient::kPatience));
}

TEST_F(ClientTest, AnEndOfItsSideCountsAsLeaving) {
    serve();
    WireClient wire = waiting_client();
    wire.end_sending();
    EXPECT_EQ(application.await_completion(1).status, 499);
    EXPECT_TRUE(wire.is_ended()) << "without a byte of an answer";
}

TEST_F(ClientTest, ARequestThatWaitsUnwatchedIsAnsweredThoughItsClientEndedItsSide) {
    serve();
    WireClient wire = client();
    wire.send("GET /gate HTTP/1.1\r\nHost: a\r\n\r\n");
    wire.end_sending();
    application.await_gate(1);
    application.open();
    EXPECT_EQ(wire.receive()->body, "page");
}

TEST_F(ClientTest, BytesOfANextRequestEndTheWatch) {
    serve();
    WireClient wire = waiting_client();
    wire.send(kGet);
    wire.end_sending();
    EXPECT_FALSE(wire.is_readable_within(milliseconds(50)));
    application.open();
    EXPECT_EQ(wire.receive()->status, 200);
    EXPECT_EQ(wire.receive()->body, "page");
    EXPECT_EQ(application.gone(), 0);
}

TEST_F(ClientTest, APipelinedRequestThatCameAlongMeansNoWatch) {
    serve();
    WireClient wire = client();
    wire.send(std::string(kWatched) + std::string(kGet));
    wire.end_sending();
    application.await_gate(1);
    application.open();
    EXPECT_EQ(wire.receive()->status, 200);
    EXPECT_EQ(wire.receive()->body, "page");
    EXPECT_EQ(application.gone(), 0);
}

TEST_F(ClientTest, AWatchThatIsOverDisturbsNothingThatFollows) {
    serve();
    WireClient wire = client();
    for (int i = 0; i < 200; ++i) {
        wire.send(kWatched);
        application.await_gate(1);
        application.open();
        ASSERT_EQ(wire.receive()->status, 200) << i;
        ASSERT_EQ(wire.exchange(post("/echo", std::string(100'000, 'x')))->body.size(), 100'000);
    }
}

TEST_F(ClientTest, NobodyIsToldOfAClientThatLeavesWithItsAnswer) {
    serve();
    for (const bool is_reset : {true, false}) {
        WireClient wire = waiting_client();
        application.open();
        EXPECT_EQ(wire.receive()->status, 200);
        if (is_reset) {
            wire.reset();
        } else {
            wire.end_sending();
            EXPECT_TRUE(wire.is_ended());
        }
    }
    EXPECT_TRUE(server->drain(WireClient::kPatience));
    EXPECT_EQ(application.gone(), 0);
}

TEST_F(ClientTest, ADrainLeavesAWatchedRequestItsTime) {
    serve();
    WireClient wire = waiting_client();
    server->stop_accepting();
    application.open();
    const auto answer = wire.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->field("Connection"), "close");
    EXPECT_EQ(application.gone(), 0);
    EXPECT_TRUE(server->drain(WireClient::kPatience));
}

TEST_F(ClientTest, AConnectionClosedByTheServerIsNoClientThatLeft) {
    serve();
    WireClient wire = waiting_client();
    std::thread stopping([this] { server->stop(); });
    EXPECT_TRUE(wire.is_cut_off());
    application.open();
    stopping.join();
    EXPECT_EQ(application.gone(), 0);
    EXPECT_FALSE(application.await_completion(1).exchange.is_complete);
}

TEST_F(ClientTest, ManyMayLeaveAtOnceWhileOthersStay) {
    serve({}, 2);
    std::vector<WireClient> clients;
    for (int i = 0; i < 60; ++i) {
        clients.push_back(client());
        clients.back().send(kWatched);
    }
    application.await_gate(60);
    for (std::size_t i = 0; i < clients.size(); i += 3)
        clients[i].reset();
    for (std::size_t i = 1; i < clients.size(); i += 3)
        clients[i].close();
    application.await_completion(40);
    EXPECT_EQ(application.gone(), 40);
    application.open();
    for (std::size_t i = 2; i < clients.size(); i += 3)
        EXPECT_EQ(clients[i].receive()->status, 200);
}

}  // namespace
}  // namespace qr::http
