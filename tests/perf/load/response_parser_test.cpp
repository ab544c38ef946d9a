#include "perf/load/response_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace qr::load {
namespace {

using Progress = ResponseParser::Progress;
using testing::HasSubstr;

constexpr std::string_view kGood =
    "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 5\r\nRetry-After: 1\r\n\r\nhello";

TEST(ResponseParser, ReadsAWholeAnswer) {
    ResponseParser parser;
    EXPECT_FALSE(parser.has_begun());
    ASSERT_EQ(Progress::done, parser.feed(kGood));
    EXPECT_EQ(429, parser.status());
    EXPECT_EQ(5u, parser.body_bytes());
    EXPECT_TRUE(parser.has_retry_after());
    EXPECT_FALSE(parser.closes());
}

TEST(ResponseParser, ReadsTheSameAnswerCutAnywhere) {
    for (std::size_t cut = 1; cut < kGood.size(); ++cut) {
        ResponseParser parser;
        ASSERT_EQ(Progress::more, parser.feed(kGood.substr(0, cut))) << cut;
        EXPECT_TRUE(parser.has_begun());
        ASSERT_EQ(Progress::done, parser.feed(kGood.substr(cut))) << cut;
        EXPECT_EQ(429, parser.status());
    }
}

TEST(ResponseParser, ReadsTheSameAnswerByteByByte) {
    ResponseParser parser;
    for (std::size_t i = 0; i + 1 < kGood.size(); ++i)
        ASSERT_EQ(Progress::more, parser.feed(kGood.substr(i, 1))) << i;
    EXPECT_EQ(Progress::done, parser.feed(kGood.substr(kGood.size() - 1)));
}

TEST(ResponseParser, SeesThatTheServerWillClose) {
    ResponseParser parser;
    parser.feed("HTTP/1.1 200 OK\r\ncontent-length:0\r\nconnection: Close\r\n\r\n");
    EXPECT_TRUE(parser.closes());
}

TEST(ResponseParser, ExpectsNoBodyAfterHead204And304) {
    EXPECT_EQ(Progress::done, ResponseParser().feed("HTTP/1.1 204 No Content\r\n\r\n"));
    EXPECT_EQ(Progress::done,
              ResponseParser().feed("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"));
    EXPECT_EQ(Progress::done, ResponseParser(ResponseParser::Body::none)
                                  .feed("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"));
}

struct RefusedAnswer {
    std::string_view bytes;
    std::string_view why;
};

TEST(ResponseParser, RefusesWhatItDoesNotExpectAndSaysWhy) {
    const RefusedAnswer cases[] = {
        {"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", "status line: 'HTTP/1.0 200 OK'"},
        {"HTTP/1.1 100 Continue\r\n\r\n", "status line"},
        {"HTTP/1.1 20 OK\r\n\r\n", "status line"},
        {"HTTP/1.1 2000\r\n\r\n", "status line"},
        {"HTTP/1.1 200 O\x01K\r\n\r\n", "status line"},
        {"HTTP/1.1 200 OK\r\n\r\n", "Content-Length: absent"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "Transfer-Encoding: 'chunked'"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", "a second time"},
        {"HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n", "one whole number"},
        {"HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n", "one whole number"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", "one whole number"},
        {"HTTP/1.1 200 OK\r\nNo colon\r\n\r\n", "field: 'No colon'"},
        {"HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "field"},
        {"HTTP/1.1 200 OK\r\n folded\r\n\r\n", "field"},
        {"HTTP/1.1 200 OK\r\nA: b\nC: d\r\n\r\n", "field"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab", "2 bytes, Content-Length allows 1"},
    };
    for (const RefusedAnswer& refused : cases) {
        ResponseParser parser;
        EXPECT_EQ(Progress::refused, parser.feed(refused.bytes)) << refused.bytes;
        EXPECT_THAT(parser.refusal(), HasSubstr(std::string(refused.why)));
        EXPECT_EQ(Progress::refused, parser.feed("HTTP/1.1 200 OK\r\n")) << "it stays refused";
    }
}

TEST(ResponseParser, BoundsTheHead) {
    ResponseParser parser;
    const std::string line = "A: " + std::string(1000, 'b') + "\r\n";
    EXPECT_EQ(Progress::more, parser.feed("HTTP/1.1 200 OK\r\n"));
    Progress progress = Progress::more;
    int lines = 0;
    for (; progress == Progress::more && lines < 100; ++lines)
        progress = parser.feed(line);
    EXPECT_EQ(Progress::refused, progress);
    EXPECT_LT(lines, 20);
    EXPECT_THAT(parser.refusal(), HasSubstr("16384"));
}

}  // namespace
}  // namespace qr::load
