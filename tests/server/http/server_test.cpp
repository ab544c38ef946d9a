#include "server/http/server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "tests/server/http/served.h"

namespace qr::http {
namespace {

using std::chrono::milliseconds;
using test::WireClient;

constexpr milliseconds kLong{20'000};
constexpr std::string_view kGate = "GET /gate HTTP/1.1\r\nHost: a\r\n\r\n";

class ServerTest : public test::Served {};

TEST_F(ServerTest, CountsWhatIsInFlight) {
    serve();
    WireClient wire = client();
    wire.send(kGate);
    application.await_gate(1);
    EXPECT_EQ(server->requests_in_flight(), 1);
    EXPECT_EQ(server->connections(), 1);
    application.open();
    EXPECT_EQ(wire.receive()->status, 200);
    application.await_completion(1);
    EXPECT_TRUE(server->drain(kLong));
    EXPECT_EQ(server->requests_in_flight(), 0);
}

TEST_F(ServerTest, DrainsByAnsweringWhatIsInFlight) {
    serve({}, 2);
    WireClient idle = client();
    EXPECT_EQ(idle.exchange(kGet)->status, 200);
    WireClient busy = client();
    busy.send(kGate);
    application.await_gate(1);

    auto drained = std::async(std::launch::async, [this] { return server->drain(kLong); });
    EXPECT_TRUE(idle.is_ended());
    application.open();
    const auto answer = busy.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->field("Connection"), "close");
    EXPECT_TRUE(busy.is_ended());
    EXPECT_TRUE(drained.get());
}

TEST_F(ServerTest, GivesUpDrainingWhenTheTimeIsOver) {
    serve();
    WireClient busy = client();
    busy.send(kGate);
    application.await_gate(1);
    EXPECT_FALSE(server->drain(milliseconds(20)));
}

TEST_F(ServerTest, TakesNoConnectionOnceItDrains) {
    serve();
    EXPECT_TRUE(server->drain(kLong));
    WireClient late;
    EXPECT_FALSE(late.connect(server->port()));
}

TEST_F(ServerTest, AnswersARequestThatWasUnderWayWhenTheDrainBegan) {
    serve();
    WireClient wire = client();
    wire.send("GET /page HTTP/1.1\r\nHo");
    while (server->connections() == 0) {
    }
    server->stop_accepting();
    wire.send("st: a\r\n\r\n");
    const auto answer = wire.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->field("Connection"), "close");
}

TEST_F(ServerTest, AnswersARequestOnAnOpenConnectionThatComesAfterTheDrainBegan) {
    serve();
    WireClient fresh = client();
    WireClient idle = client();
    EXPECT_EQ(idle.exchange(kGet)->status, 200);
    while (server->connections() < 2) {
    }
    server->stop_accepting();
    EXPECT_FALSE(idle.is_readable_within(milliseconds(50))) << "not ended at once";
    for (WireClient* wire : {&fresh, &idle}) {
        const auto answer = wire->exchange(kGet);
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 200);
        EXPECT_EQ(answer->field("Connection"), "close");
        EXPECT_TRUE(wire->is_ended());
    }
    EXPECT_TRUE(server->drain(kLong));
}

TEST_F(ServerTest, EndsConnectionsOnWhichNothingComesDuringADrain) {
    Limits limits;
    limits.drain_grace = milliseconds(1);
    serve(limits);
    WireClient fresh = client();
    WireClient idle = client();
    EXPECT_EQ(idle.exchange(kGet)->status, 200);
    EXPECT_TRUE(server->drain(kLong));
    EXPECT_EQ(server->connections(), 0);
    EXPECT_TRUE(fresh.is_ended());
    EXPECT_TRUE(idle.is_ended());
}

TEST_F(ServerTest, IsDrainedOnlyOnceARefusedClientHasReadItsAnswer) {
    serve();
    WireClient wire = client();
    wire.send("POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000\r\n\r\n");
    application.await_completion(1);
    EXPECT_FALSE(server->drain(milliseconds(0))) << "still taking what the client sends";
    wire.send(std::string(1'000'000, 'x'));
    EXPECT_EQ(wire.receive()->status, 401);
    wire.close();
    EXPECT_TRUE(server->drain(kLong));
}

TEST_F(ServerTest, StopsOnlyWhenHandlersHaveReturned) {
    serve();
    WireClient wire = client();
    wire.send(kGate);
    application.await_gate(1);
    auto stopped = std::async(std::launch::async, [this] { server->stop(); });
    EXPECT_TRUE(wire.is_cut_off());
    EXPECT_EQ(stopped.wait_for(milliseconds(0)), std::future_status::timeout);
    application.open();
    stopped.get();
    EXPECT_FALSE(application.await_completion(1).exchange.is_complete);
    EXPECT_EQ(server->connections(), 0);
}

TEST_F(ServerTest, MayBeStoppedTwiceAndBeforeItListens) {
    serve();
    server->stop();
    server->stop();
    Server never(application, clock, buffers, {}, 2);
    never.stop();
}

TEST_F(ServerTest, MayBeDestroyedUnderLoad) {
    serve({}, 2);
    std::atomic<bool> is_over = false;
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i) {
        clients.emplace_back([&is_over, i, port = server->port()] {
            const std::string request =
                i % 2 == 0 ? std::string(kGet) : post("/echo", std::string(200'000, 'x'));
            while (!is_over) {
                WireClient wire(port);
                while (!is_over && wire.exchange(request)) {
                }
            }
        });
    }
    application.await_completion(200);
    server.reset();
    is_over = true;
    for (std::thread& client : clients)
        client.join();
    EXPECT_EQ(buffers.lent_bytes(), 0);
}

TEST_F(ServerTest, ListensOnIPv6) {
    server = std::make_unique<Server>(application, clock, buffers, Limits(), 1);
    const Result<void> listening = server->listen("::", 0);
    if (!listening.ok()) {
        // A machine without IPv6 has the message instead.
        EXPECT_NE(listening.error().message.find("cannot listen on :::0"), std::string::npos);
        return;
    }
    EXPECT_EQ(client().exchange(kGet)->status, 200);
}

}  // namespace
}  // namespace qr::http
