#include "server/http/body_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/server/http/served_bodies.h"
#include "tests/support/gzip.h"

namespace qr::http {
namespace {

using qr::test::gzip;
using test::WireClient;

class BodyReaderTest : public test::ServedBodies {};

TEST_F(BodyReaderTest, ReadsBodiesOfEverySizeAroundTheReadAhead) {
    serve();
    WireClient wire = client();
    for (const std::size_t size : {0U, 1U, 4095U, 16'000U, 16'384U, 16'385U, 40'000U, 307'200U}) {
        const std::string body = numbers(size);
        const auto answer = wire.exchange(post("/echo", body));
        ASSERT_TRUE(answer) << size;
        EXPECT_EQ(answer->body, body) << size;
    }
}

TEST_F(BodyReaderTest, ReadsTheLargestBodyAllowed) {
    serve();
    const std::size_t size = std::size_t{64} << 20;
    EXPECT_EQ(client().exchange(post("/length", std::string(size, 'x')))->body, "67108864");
}

TEST_F(BodyReaderTest, RefusesALargerBodyByItsHead) {
    serve();
    WireClient wire = client();
    wire.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 67108865\r\n\r\n");
    const auto answer = wire.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 413);
    EXPECT_TRUE(wire.is_ended());
}

TEST_F(BodyReaderTest, AlignsTheTensorPart) {
    serve();
    WireClient wire = client();
    for (const int header : {0, 1, 63, 64, 100, 777}) {
        const std::string field =
            "Inference-Header-Content-Length: " + std::to_string(header) + "\r\n";
        const std::string body = numbers(50'000);
        EXPECT_EQ(wire.exchange(post("/alignment", body, field))->body, "0") << header;
        EXPECT_EQ(wire.exchange(post("/echo", body, field))->body, body) << header;
        EXPECT_EQ(wire.exchange(chunked("/alignment", body, 7000, field))->body, "0") << header;
        EXPECT_EQ(wire.exchange(chunked("/echo", body, 7000, field))->body, body) << header;
        const std::string gzipped = field + "Content-Encoding: gzip\r\n";
        EXPECT_EQ(wire.exchange(post("/alignment", gzip(body), gzipped))->body, "0") << header;
        EXPECT_EQ(wire.exchange(post("/echo", gzip(body), gzipped))->body, body) << header;
    }
}

TEST_F(BodyReaderTest, JoinsChunksOfAnySize) {
    serve();
    WireClient wire = client();
    const std::string body = numbers(200'000);
    for (const std::size_t chunk : {100U, 16'384U, 60'000U, 200'000U}) {
        const auto answer = wire.exchange(chunked("/echo", body, chunk));
        ASSERT_TRUE(answer) << chunk;
        EXPECT_EQ(answer->body, body) << chunk;
    }
    EXPECT_EQ(wire.exchange(chunked("/echo", "", 1))->body, "");
}

TEST_F(BodyReaderTest, LeavesWhatFollowsAChunkedBodyForTheNextRequest) {
    serve();
    WireClient wire = client();
    wire.send(chunked("/echo", "one", 2) + chunked("/echo", "two", 1) + std::string(kGet));
    EXPECT_EQ(wire.receive()->body, "one");
    EXPECT_EQ(wire.receive()->body, "two");
    EXPECT_EQ(wire.receive()->body, "page");
}

TEST_F(BodyReaderTest, RefusesChunksThatAreTooMuchOrMalformed) {
    Limits limits;
    limits.body_bytes_max = 100'000;
    serve(limits);
    const std::string head = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    EXPECT_EQ(client().exchange(chunked("/echo", std::string(100'001, 'x'), 5000))->status, 413);
    EXPECT_EQ(client().exchange(head + "fffffffff\r\n")->status, 413);
    EXPECT_EQ(client().exchange(head + "1;" + std::string(10'000, 'e') + "\r\n")->status, 413);
    EXPECT_EQ(client().exchange(head + "x\r\n")->status, 400);
    EXPECT_EQ(client().exchange(head + "1\r\nab\r\n")->status, 400);
}

TEST_F(BodyReaderTest, UndoesGzipHoweverItIsFramed) {
    serve();
    WireClient wire = client();
    const std::string body = numbers(300'000);
    EXPECT_EQ(wire.exchange(post("/echo", gzip(body), "Content-Encoding: gzip\r\n"))->body, body);
    EXPECT_EQ(wire.exchange(post("/echo", gzip(body), "Content-Encoding: X-GZIP\r\n"))->body, body);
    EXPECT_EQ(wire.exchange(chunked("/echo", gzip(body), 999, "Content-Encoding: gzip\r\n"))->body,
              body);
    EXPECT_EQ(wire.exchange(post("/echo", "as is", "Content-Encoding: identity\r\n"))->body,
              "as is");
}

TEST_F(BodyReaderTest, RefusesAGzipBombAndBrokenGzip) {
    serve();
    const std::string field = "Content-Encoding: gzip\r\n";
    const std::string bomb = gzip(std::string(20'000'000, '\0'));
    EXPECT_EQ(client().exchange(post("/length", bomb, field))->status, 413);
    EXPECT_EQ(client().exchange(post("/length", "plain", field))->status, 400);
    EXPECT_EQ(client().exchange(post("/length", gzip("cut").substr(0, 15), field))->status, 400);
}

TEST_F(BodyReaderTest, NamesTheCodingsItKnows) {
    serve();
    const auto answer = client().exchange(post("/echo", "x", "Content-Encoding: br\r\n"));
    EXPECT_EQ(answer->status, 415);
    EXPECT_EQ(answer->field("Accept-Encoding"), "gzip, identity");
}

TEST_F(BodyReaderTest, AnswersAClientThatEndsItsBodyEarly) {
    serve();
    WireClient wire = client();
    wire.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nonly this");
    wire.end_sending();
    const auto answer = wire.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 400);
    EXPECT_EQ(answer->body, "body: the client ended it after 9 bytes");
}

TEST_F(BodyReaderTest, GivesItsBuffersBack) {
    serve();
    {
        WireClient wire = client();
        wire.exchange(post("/length", std::string(300'000, 'x')));
    }
    application.await_completion(1);
    server->stop();
    EXPECT_EQ(buffers.lent_bytes(), 0);
}

// The staging memory has no room for any of them, and counts who asked.
TEST_F(BodyReaderTest, AsksForStagingMemoryWhereABodyBringsTensors) {
    buffers.stage_in({}, nullptr);
    serve();
    const std::string body(100'000, 'x');
    const std::string tensors = "Inference-Header-Content-Length: 40\r\n";
    const std::string coded = "Content-Encoding: gzip\r\n";
    client().exchange(post("/length", body));
    client().exchange(post("/length", gzip(body), coded));
    EXPECT_EQ(0, buffers.staging().misses);
    client().exchange(post("/length", body, tensors));
    EXPECT_EQ(1, buffers.staging().misses);
    client().exchange(post("/length", gzip(body), coded + tensors));
    EXPECT_EQ(3, buffers.staging().misses);  // what is inflated grows from 64 KiB to 128
}

}  // namespace
}  // namespace qr::http
