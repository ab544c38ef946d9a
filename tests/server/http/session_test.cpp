#include "server/http/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/server/http/served.h"

namespace qr::http {
namespace {

using test::Completion;
using test::WireAnswer;
using test::WireClient;
using testing::MatchesRegex;

class SessionTest : public test::Served {
  protected:
    // Status of the answer to a request that must also end the connection; 0 without an answer.
    int status_then_end(std::string_view request) {
        WireClient wire = client();
        const std::optional<WireAnswer> answer = wire.exchange(request);
        if (!answer) return 0;
        EXPECT_EQ(answer->field("Connection"), "close");
        EXPECT_TRUE(wire.is_ended());
        return answer->status;
    }
};

TEST_F(SessionTest, AnswersManyRequestsOnOneConnection) {
    serve();
    WireClient wire = client();
    for (int i = 0; i < 100; ++i) {
        const auto answer = wire.exchange(kGet);
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 200);
        EXPECT_EQ(answer->body, "page");
        EXPECT_EQ(answer->field("Connection"), "");
    }
    EXPECT_EQ(server->connections(), 1);
}

TEST_F(SessionTest, AnswersPipelinedRequestsInOrder) {
    serve();
    WireClient wire = client();
    std::string requests;
    for (int i = 0; i < 500; ++i)
        requests += post("/echo", "body " + std::to_string(i));
    wire.send(requests);
    for (int i = 0; i < 500; ++i) {
        const auto answer = wire.receive();
        ASSERT_TRUE(answer) << i;
        EXPECT_EQ(answer->body, "body " + std::to_string(i));
    }
}

TEST_F(SessionTest, TakesARequestByteByByte) {
    serve();
    WireClient wire = client();
    const std::string request = post("/echo", "hello");
    for (const char c : request)
        ASSERT_TRUE(wire.send({&c, 1}));
    EXPECT_EQ(wire.receive()->body, "hello");
}

TEST_F(SessionTest, AnswersHeadLikeGetButWithoutTheBody) {
    serve();
    WireClient wire = client();
    wire.send("HEAD /page HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto head = wire.receive_without_body();
    ASSERT_TRUE(head);
    EXPECT_EQ(head->status, 200);
    EXPECT_EQ(head->field("Content-Length"), "4");
    EXPECT_EQ(wire.exchange(kGet)->body, "page");
}

TEST_F(SessionTest, NamesItselfTheDateAndTheRequest) {
    serve();
    const auto answer =
        client().exchange("GET /id HTTP/1.1\r\nHost: a\r\nX-Request-Id: x-1\r\n\r\n");
    EXPECT_EQ(answer->field("Server"), "quantumrerank");
    EXPECT_THAT(answer->field("Date"), MatchesRegex("[A-Z][a-z]{2}, .* GMT"));
    EXPECT_EQ(answer->field("Content-Type"), "text/plain");
    EXPECT_EQ(answer->field("X-Request-Id"), "x-1");
    EXPECT_EQ(answer->body, "x-1");
}

TEST_F(SessionTest, ReplacesAnIdThatIsNotSafeToRepeat) {
    serve();
    const auto answer =
        client().exchange("GET /id HTTP/1.1\r\nHost: a\r\nX-Request-Id: a b\r\n\r\n");
    EXPECT_THAT(answer->body, MatchesRegex("[0-9a-f]{32}"));
    EXPECT_EQ(answer->field("X-Request-Id"), answer->body);
}

TEST_F(SessionTest, HidesATraceparentThatIsNone) {
    serve();
    const std::string good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const std::string begin = "GET /trace HTTP/1.1\r\nHost: a\r\ntraceparent: ";
    EXPECT_EQ(client().exchange(begin + good + "\r\n\r\n")->body, good);
    EXPECT_EQ(client().exchange(begin + "forged\r\n\r\n")->body, "");
}

TEST_F(SessionTest, EndsTheConnectionWhenTheClientAsks) {
    serve();
    EXPECT_EQ(status_then_end("GET /page HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), 200);
    EXPECT_EQ(status_then_end("GET /page HTTP/1.0\r\n\r\n"), 200);
}

TEST_F(SessionTest, KeepsAnHttp10ConnectionWhenTheClientAsks) {
    serve();
    WireClient wire = client();
    const std::string request = "GET /page HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    EXPECT_EQ(wire.exchange(request)->field("Connection"), "keep-alive");
    EXPECT_EQ(wire.exchange(request)->body, "page");
}

TEST_F(SessionTest, EndsTheConnectionWhenTheHandlerAsks) {
    serve();
    EXPECT_EQ(status_then_end("GET /bye HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
}

TEST_F(SessionTest, EndsTheConnectionAfterItsShareOfRequests) {
    Limits limits;
    limits.requests_per_connection_max = 2;
    serve(limits);
    WireClient wire = client();
    EXPECT_EQ(wire.exchange(kGet)->field("Connection"), "");
    EXPECT_EQ(wire.exchange(kGet)->field("Connection"), "close");
    EXPECT_TRUE(wire.is_ended());
}

TEST_F(SessionTest, SaysGoAheadOnlyToWhoWaitsForIt) {
    serve();
    WireClient wire = client();
    wire.send(
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(wire.receive()->status, 100);
    EXPECT_EQ(wire.exchange("hello")->body, "hello");
    EXPECT_EQ(wire.exchange(post("/echo", "hasty", "Expect: 100-continue\r\n"))->body, "hasty");
}

TEST_F(SessionTest, RefusesInsteadOfSayingGoAhead) {
    serve();
    const std::string fields = "Host: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
    EXPECT_EQ(status_then_end("POST /refused HTTP/1.1\r\n" + fields), 401);
}

TEST_F(SessionTest, RefusesOtherExpectations) {
    serve();
    EXPECT_EQ(status_then_end("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                              "Expect: the-moon\r\n\r\n"),
              417);
}

TEST_F(SessionTest, RefusesBadFramingAndEndsTheConnection) {
    serve();
    const std::string begin = "POST /echo HTTP/1.1\r\nHost: a\r\n";
    EXPECT_EQ(status_then_end(begin + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
                                      "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"),
              400);
    EXPECT_EQ(status_then_end(begin + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"), 400);
    EXPECT_EQ(status_then_end(begin + "X-A: 1\r\n folded\r\n\r\n"), 400);
    EXPECT_EQ(status_then_end(begin + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), 400);
    EXPECT_EQ(status_then_end("GET /page HTTP/3.0\r\nHost: a\r\n\r\n"), 400);
    EXPECT_EQ(status_then_end("\x16\x03\x01\x02"), 400);
}

TEST_F(SessionTest, RefusesHeadsThatAreTooLarge) {
    serve();
    EXPECT_EQ(status_then_end("GET /page HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x')),
              431);
    std::string many = "GET /page HTTP/1.1\r\nHost: a\r\n";
    for (int i = 0; i < 100; ++i)
        many += "X-" + std::to_string(i) + ": 1\r\n";
    EXPECT_EQ(status_then_end(many + "\r\n"), 431);
}

TEST_F(SessionTest, DeliversARefusalWhileTheBodyIsStillBeingSent) {
    serve();
    WireClient wire = client();
    wire.send("POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000\r\n\r\n");
    wire.send(std::string(8'000'000, 'x'));
    const auto answer = wire.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 401);
    wire.end_sending();
    EXPECT_TRUE(wire.is_ended());
}

TEST_F(SessionTest, KeepsTheConnectionWhenARefusedBodyHasArrivedAlready) {
    serve();
    WireClient wire = client();
    EXPECT_EQ(wire.exchange(post("/refused", "small"))->status, 401);
    EXPECT_EQ(wire.exchange(kGet)->body, "page");
}

TEST_F(SessionTest, TellsTheApplicationOfAnExceptionAndTheClientOnlyThatThereWasOne) {
    serve();
    WireClient wire = client();
    const auto answer = wire.exchange("GET /throw HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(answer->status, 500);
    EXPECT_EQ(answer->body,
              "the server failed to handle this request; its log says more under this id");
    EXPECT_EQ(application.failures(), std::vector<std::string>{"on purpose"});
    EXPECT_EQ(wire.exchange(kGet)->body, "page");
}

TEST_F(SessionTest, ReportsWhatTheWireSaw) {
    serve();
    const std::string request = post("/echo", "hello");
    WireClient wire = client();
    const auto answer = wire.exchange(request);
    const Completion completion = application.await_completion(1);
    EXPECT_EQ(completion.path, "/echo");
    EXPECT_EQ(completion.status, 200);
    EXPECT_EQ(completion.exchange.bytes_in, request.size());
    EXPECT_EQ(completion.exchange.bytes_out, answer->head.size() + 2 + 5);
    EXPECT_TRUE(completion.exchange.is_complete);
    EXPECT_LE(completion.exchange.read, completion.exchange.total);
}

TEST_F(SessionTest, SurvivesClientsThatLeaveAnywhere) {
    serve();
    const std::string request = post("/large", std::string(50'000, 'x'));
    for (std::size_t size = 0; size < request.size(); size += 1009) {
        WireClient wire = client();
        wire.send(std::string_view(request).substr(0, size));
        wire.reset();
    }
    WireClient unread = client();
    unread.send("GET /large?20000000 HTTP/1.1\r\nHost: a\r\n\r\n");
    unread.reset();
    EXPECT_EQ(client().exchange(kGet)->body, "page");
}

TEST_F(SessionTest, AnswersAClientThatHasEndedItsSide) {
    serve();
    WireClient whole = client();
    whole.send(kGet);
    whole.end_sending();
    EXPECT_EQ(whole.receive()->body, "page");
    EXPECT_TRUE(whole.is_ended());
    WireClient half = client();
    half.send("GET /page HT");
    half.end_sending();
    EXPECT_EQ(half.receive()->status, 400);
}

}  // namespace
}  // namespace qr::http
