#include "server/http/listener.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <map>
#include <string>
#include <vector>

#include "tests/server/http/served.h"

namespace qr::http {
namespace {

using test::WireClient;

class ListenerTest : public test::Served {};

TEST_F(ListenerTest, TellsClientsBeyondTheLimitToComeBack) {
    Limits limits;
    limits.connections_max = 2;
    serve(limits);
    WireClient first = client();
    WireClient second = client();
    EXPECT_EQ(first.exchange(kGet)->status, 200);
    EXPECT_EQ(second.exchange(kGet)->status, 200);

    WireClient third = client();
    const auto answer = third.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 503);
    EXPECT_EQ(answer->field("Retry-After"), "1");
    EXPECT_EQ(answer->field("Connection"), "close");
    EXPECT_EQ(server->connections(), 2);
    EXPECT_EQ(first.exchange(kGet)->status, 200);
}

TEST_F(ListenerTest, TakesTheNextClientOnceOneHasLeft) {
    Limits limits;
    limits.connections_max = 1;
    serve(limits);
    {
        WireClient wire = client();
        EXPECT_EQ(wire.exchange("GET /page HTTP/1.0\r\n\r\n")->status, 200);
        EXPECT_TRUE(wire.is_ended());
    }
    // The end reaches the client a moment before the server has counted it.
    while (server->connections() > 0) {
    }
    EXPECT_EQ(client().exchange(kGet)->status, 200);
}

TEST_F(ListenerTest, SpreadsConnectionsOverItsThreads) {
    serve({}, 2);
    std::vector<WireClient> clients;
    std::map<std::string, int> clients_by_thread;
    for (int i = 0; i < 20; ++i) {
        clients.push_back(client());
        const auto answer = clients.back().exchange("GET /thread HTTP/1.1\r\nHost: a\r\n\r\n");
        ASSERT_TRUE(answer);
        ++clients_by_thread[answer->body];
    }
    EXPECT_EQ(server->connections(), 20);
    ASSERT_EQ(clients_by_thread.size(), 2);
    EXPECT_EQ(clients_by_thread.begin()->second, 10);
}

// Lowers this process's limit on descriptors to those in use; raises it again at the end.
class NoMoreDescriptors {
  public:
    NoMoreDescriptors() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const int next = ::dup(0);
        const rlimit none{.rlim_cur = static_cast<rlim_t>(next), .rlim_max = before_.rlim_max};
        ::close(next);
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    ~NoMoreDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    NoMoreDescriptors(const NoMoreDescriptors&) = delete;
    NoMoreDescriptors& operator=(const NoMoreDescriptors&) = delete;

  private:
    rlimit before_{};
};

TEST_F(ListenerTest, SurvivesRunningOutOfDescriptors) {
    serve();
    WireClient served = client();
    // Twice: then the first exchange is over for certain, and with it the pipe that UBSan opens
    // when it first checks an object's type.
    EXPECT_EQ(served.exchange(kGet)->status, 200);
    EXPECT_EQ(served.exchange(kGet)->status, 200);
    WireClient waiting;
    {
        const NoMoreDescriptors scarce;
        ASSERT_TRUE(waiting.connect(server->port()));
        waiting.send(kGet);
        EXPECT_FALSE(waiting.is_readable_within(std::chrono::milliseconds(150)));
        EXPECT_EQ(served.exchange(kGet)->status, 200);
    }
    EXPECT_EQ(waiting.receive()->status, 200);
}

TEST_F(ListenerTest, NamesTheAddressItCannotHave) {
    serve();
    Server other(application, clock, buffers, {}, 1);
    const Result<void> listening = other.listen("127.0.0.1", server->port());
    ASSERT_FALSE(listening.ok());
    EXPECT_EQ(listening.error().code, Code::unavailable);
    EXPECT_EQ(listening.error().message,
              "cannot listen on 127.0.0.1:" + std::to_string(server->port()) +
                  ": Address already in use");
}

TEST_F(ListenerTest, NamesAHostThatDoesNotExist) {
    Server other(application, clock, buffers, {}, 1);
    const Result<void> listening = other.listen("not a host", 0);
    ASSERT_FALSE(listening.ok());
    EXPECT_NE(listening.error().message.find("not a host:0"), std::string::npos);
}

}  // namespace
}  // namespace qr::http
