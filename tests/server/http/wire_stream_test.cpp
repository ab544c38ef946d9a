#include "server/http/wire_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/server/http/served_bodies.h"
#include "tests/support/gzip.h"

namespace qr::http {
namespace {

using qr::test::gzip;
using std::chrono::milliseconds;
using test::kNever;
using test::kSoon;
using test::TestApplication;
using test::WireAnswer;
using test::WireClient;
using testing::HasSubstr;

class WireStreamTest : public test::ServedBodies {
  protected:
    static constexpr std::string_view kSizedHead =
        "POST /stream?1000 HTTP/1.1\r\nHost: a\r\nContent-Length: ";
    static constexpr std::string_view kChunkedHead =
        "POST /stream?1000 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

    // That the answer tells of this body, and that the next request on the connection is answered.
    void expect_read(WireClient& wire, const std::string& request, const std::string& body) {
        const auto answer = wire.exchange(request);
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 200) << answer->body;
        EXPECT_EQ(answer->body, TestApplication::summary(body));
        EXPECT_EQ(wire.exchange(kGet)->body, "page");
    }
    // That there is such an answer, and then the end of the connection.
    static void expect_refused(WireClient wire, int status, std::string_view message) {
        const auto answer = wire.receive();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, status);
        EXPECT_THAT(answer->body, HasSubstr(message));
        EXPECT_EQ(answer->field("Connection"), "close");
        wire.end_sending();
        EXPECT_TRUE(wire.is_ended());
    }
    WireClient sent(std::string_view bytes) {
        WireClient wire = client();
        wire.send(bytes);
        return wire;
    }
};

TEST_F(WireStreamTest, GivesBodiesOfEverySizeInPiecesOfEverySize) {
    serve();
    WireClient wire = client();
    for (const std::size_t size : {0U, 1U, 999U, 1000U, 16'384U, 40'000U, 300'000U}) {
        const std::string body = numbers(size);
        for (const char* const piece : {"1000", "4096", "65536", "1000000"}) {
            const std::string path = std::string("/stream?") + piece;
            expect_read(wire, post(path, body), body);
            expect_read(wire, chunked(path, body, 5000), body);
            expect_read(wire, chunked(path, body, 70'000), body);
            const std::string coded = "Content-Encoding: gzip\r\n";
            expect_read(wire, post(path, gzip(body), coded), body);
            expect_read(wire, chunked(path, gzip(body), 100, coded), body);
        }
    }
}

TEST_F(WireStreamTest, GivesTheSameWhereverTheBytesOfAChunkedBodyArriveApart) {
    serve();
    const std::string request = chunked("/stream?7", "one and two and three", 4);
    for (std::size_t size = 0; size <= request.size(); ++size) {
        WireClient wire = client();
        wire.send(std::string_view(request).substr(0, size));
        expect_read(wire, request.substr(size), "one and two and three");
    }
}

TEST_F(WireStreamTest, TakesABodyByteByByte) {
    serve();
    WireClient wire = client();
    const std::string body = numbers(300);
    for (const char c : chunked("/stream?100", gzip(body), 9, "Content-Encoding: gzip\r\n"))
        ASSERT_TRUE(wire.send({&c, 1}));
    EXPECT_EQ(wire.receive()->body, TestApplication::summary(body));
}

TEST_F(WireStreamTest, IsNotBoundedByTheLimitOfABodyThatIsHeld) {
    Limits limits;
    limits.body_bytes_max = 100'000;
    serve(limits);
    WireClient wire = client();
    const std::string body = numbers(3'000'000);
    expect_read(wire, post("/stream?65536", body), body);
    expect_read(wire, chunked("/stream?65536", body, 50'000), body);
    expect_read(wire, post("/stream?65536", gzip(body), "Content-Encoding: gzip\r\n"), body);
    EXPECT_EQ(client().exchange(post("/echo", body))->status, 413);
}

TEST_F(WireStreamTest, HasALimitOfItsOwnWhereThatIsSet) {
    Limits limits;
    limits.stream_bytes_max = 100'000;
    serve(limits);
    WireClient wire = client();
    const std::string most = numbers(100'000);
    const std::string more = numbers(100'001);
    expect_read(wire, post("/stream?4096", most), most);
    expect_read(wire, chunked("/stream?4096", most, 3000), most);
    expect_read(wire, post("/stream?4096", gzip(most), "Content-Encoding: gzip\r\n"), most);
    EXPECT_EQ(client().exchange(post("/stream?4096", more))->status, 413);
    EXPECT_EQ(client().exchange(chunked("/stream?4096", more, 3000))->status, 413);
    const auto expanded =
        client().exchange(post("/stream?4096", gzip(more), "Content-Encoding: gzip\r\n"));
    EXPECT_EQ(expanded->status, 413);
}

TEST_F(WireStreamTest, RefusesAGzipBombAndBrokenGzip) {
    serve();
    const std::string field = "Content-Encoding: gzip\r\n";
    const std::string bomb = gzip(std::string(20'000'000, '\0'));
    EXPECT_EQ(client().exchange(post("/stream?4096", bomb, field))->status, 413);
    EXPECT_EQ(client().exchange(post("/stream?4096", "plain", field))->status, 400);
    EXPECT_EQ(client().exchange(post("/stream?4096", "", field))->status, 400);
    const std::string cut = gzip(numbers(400'000));
    const auto early =
        client().exchange(post("/stream?4096", cut.substr(0, cut.size() / 2), field));
    EXPECT_EQ(early->status, 400);
    EXPECT_EQ(early->body, "body: the gzip data ends too early");
}

TEST_F(WireStreamTest, SaysGoAheadOnceItsHandlerAsksForTheBody) {
    serve();
    WireClient wire =
        sent(std::string(kSizedHead) + "5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(wire.receive()->status, 100);
    EXPECT_EQ(wire.exchange("hello")->body, TestApplication::summary("hello"));
}

TEST_F(WireStreamTest, TellsOfAClientThatEndsEarly) {
    serve();
    WireClient sized = sent(std::string(kSizedHead) + "100\r\n\r\nonly this");
    sized.end_sending();
    expect_refused(std::move(sized), 400, "body: the client ended it after 9 bytes");
    WireClient chunks = sent(std::string(kChunkedHead) + "5\r\nhello\r\n");
    chunks.end_sending();
    expect_refused(std::move(chunks), 400, "body: the client ended it after 10 bytes");
}

TEST_F(WireStreamTest, RefusesMalformedChunksAndReadsNoFurther) {
    serve();
    const std::string head(kChunkedHead);
    expect_refused(sent(head + "x\r\n"), 400, "chunk size");
    expect_refused(sent(head + "1\r\nab\r\n"), 400, "chunk");
    expect_refused(sent(head + "1;" + std::string(10'000, 'e') + "\r\n"), 413, "extensions");
}

TEST_F(WireStreamTest, EndsTheConnectionOverABodyThatItsHandlerLeaves) {
    serve();
    WireClient wire = client();
    wire.send("POST /stops?1000 HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000\r\n\r\n");
    wire.send(std::string(8'000'000, 'x'));
    const auto answer = wire.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, TestApplication::summary(std::string(1000, 'x')));
    EXPECT_EQ(answer->field("Connection"), "close");
    wire.end_sending();
    EXPECT_TRUE(wire.is_ended());
}

TEST_F(WireStreamTest, CutsOffAClientThatPausesButNotOneThatIsMadeToWait) {
    Limits limits;
    limits.head_timeout = limits.idle_timeout = limits.write_timeout = limits.rate_grace = kNever;
    limits.read_timeout = kSoon;
    serve(limits);
    WireClient wire = sent("POST /waits?4 HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nfour");
    application.await_gate(1);
    EXPECT_FALSE(wire.is_readable_within(10 * kSoon));
    application.open();
    expect_refused(std::move(wire), 408, "body: arrived too slowly, found 4 bytes");
}

TEST_F(WireStreamTest, CutsOffAClientThatDrips) {
    Limits limits;
    limits.head_timeout = limits.idle_timeout = limits.write_timeout = kNever;
    limits.read_timeout = kNever;
    limits.rate_grace = kSoon;
    serve(limits);
    WireClient wire = sent(std::string(kSizedHead) + "100000\r\n\r\n");
    for (int i = 0; i < 5000 && !wire.is_readable_within(kSoon / 10); ++i)
        wire.send("x");
    EXPECT_EQ(wire.receive()->status, 408);
}

TEST_F(WireStreamTest, ReadsNothingWhileItsHandlerIsBusy) {
    serve();
    WireClient wire =
        sent("POST /waits?1000 HTTP/1.1\r\nHost: a\r\nContent-Length: 200000000\r\n\r\n");
    const timeval patience{.tv_sec = 0, .tv_usec = 500'000};
    wire.set_send_timeout(patience);
    // What the sockets hold is some MiB; the rest is not taken.
    EXPECT_FALSE(wire.send(std::string(100'000'000, 'x')));
    application.await_gate(1);
}

TEST_F(WireStreamTest, TellsItsHandlerOfAClientThatLeavesMeanwhile) {
    serve();
    WireClient wire = sent("POST /waits?4 HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nfour");
    application.await_gate(1);
    wire.reset();
    EXPECT_EQ(application.await_completion(1).status, 499);
    EXPECT_EQ(application.gone(), 1);
}

TEST_F(WireStreamTest, CountsWhatTheWireSawAndGivesItsBuffersBack) {
    serve();
    const std::string request =
        post("/stream?4096", gzip(numbers(300'000)), "Content-Encoding: gzip\r\n");
    client().exchange(request);
    EXPECT_EQ(application.await_completion(1).exchange.bytes_in, request.size());
    server->stop();
    EXPECT_EQ(buffers.lent_bytes(), 0);
}

}  // namespace
}  // namespace qr::http
