#include "server/http/framing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace qr::http {
namespace {

using testing::HasSubstr;

Result<Head> parse(std::string_view bytes) {
    return parse_head(bytes, {});
}

// The message of the refusal, or "accepted".
std::string refusal(std::string_view bytes) {
    const Result<Head> head = parse(bytes);
    return head.ok() ? "accepted" : head.error().message;
}

std::string with(std::string_view fields) {
    return "POST / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

TEST(Framing, SplitsPathAndQuery) {
    const Result<Head> head = parse("GET /v1/rerank?a=1&b=?2 HTTP/1.1\r\nHost: a:8080\r\n\r\n");
    ASSERT_TRUE(head.ok());
    EXPECT_EQ(head->request.verb, Verb::get);
    EXPECT_EQ(head->request.path, "/v1/rerank");
    EXPECT_EQ(head->request.query, "a=1&b=?2");
    EXPECT_EQ(head->body, BodyKind::none);
    EXPECT_TRUE(head->is_kept_alive);
}

TEST(Framing, LowersNamesAndTrimsValues) {
    const Result<Head> head = parse(with("X-Some-NAME: \t Value, kept \t\r\n"));
    ASSERT_TRUE(head.ok());
    EXPECT_EQ(head->request.fields.get("x-some-name"), "Value, kept");
}

TEST(Framing, KnowsEveryVerb) {
    const auto verb = [](std::string text) {
        return parse(text + " / HTTP/1.1\r\nHost: a\r\n\r\n")->request.verb;
    };
    EXPECT_EQ(verb("HEAD"), Verb::head);
    EXPECT_EQ(verb("POST"), Verb::post);
    EXPECT_EQ(verb("PUT"), Verb::put);
    EXPECT_EQ(verb("DELETE"), Verb::del);
    EXPECT_EQ(verb("OPTIONS"), Verb::options);
    EXPECT_EQ(verb("PATCH"), Verb::patch);
    EXPECT_EQ(verb("TRACE"), Verb::other);
    EXPECT_EQ(verb("BREW"), Verb::other);
}

TEST(Framing, ReadsAUrlAsItsPath) {
    const auto path = [](std::string target) {
        return parse("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n")->request.path;
    };
    EXPECT_EQ(path("http://host:80/x/y?q"), "/x/y");
    EXPECT_EQ(path("HTTPS://host"), "/");
    EXPECT_EQ(path("http://host?q=1"), "/");
    EXPECT_THAT(refusal("GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("without a host"));
}

TEST(Framing, TakesTheAsteriskForOptionsAlone) {
    EXPECT_EQ(parse("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")->request.path, "*");
    EXPECT_THAT(refusal("GET * HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("begins with '/'"));
}

TEST(Framing, RefusesATargetThatIsNoPath) {
    EXPECT_THAT(refusal("GET x HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("begins with '/'"));
    EXPECT_THAT(refusal("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("begins with '/'"));
    EXPECT_THAT(refusal("GET /x#y HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("fragment"));
}

TEST(Framing, RefusesUnknownVersions) {
    for (const char* version : {"HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "http/1.1", "HTTP/1.1 "}) {
        EXPECT_THAT(refusal("GET / " + std::string(version) + "\r\nHost: a\r\n\r\n"),
                    HasSubstr("HTTP/1.1"))
            << version;
    }
}

TEST(Framing, RefusesARequestLineWithStrayBytes) {
    EXPECT_NE(refusal("GET  / HTTP/1.1\r\nHost: a\r\n\r\n"), "accepted");
    EXPECT_NE(refusal("GET / x HTTP/1.1\r\nHost: a\r\n\r\n"), "accepted");
    EXPECT_NE(refusal("G(T / HTTP/1.1\r\nHost: a\r\n\r\n"), "accepted");
    EXPECT_THAT(refusal("GET /\xC3\xA9 HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("printable ASCII"));
    EXPECT_THAT(refusal("GET /\t HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("printable ASCII"));
}

TEST(Framing, FramesABodyByItsLength) {
    const Result<Head> head = parse(with("Content-Length: 307200\r\n"));
    ASSERT_TRUE(head.ok());
    EXPECT_EQ(head->body, BodyKind::sized);
    EXPECT_EQ(head->request.content_length, 307200);
}

TEST(Framing, FramesAChunkedBody) {
    const Result<Head> head = parse(with("Transfer-Encoding: Chunked\r\n"));
    ASSERT_TRUE(head.ok());
    EXPECT_EQ(head->body, BodyKind::chunked);
    EXPECT_FALSE(head->request.content_length.has_value());
}

TEST(Framing, RefusesWhatTwoReadersCouldFrameTwoWays) {
    EXPECT_NE(refusal(with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")), "accepted");
    EXPECT_NE(refusal(with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")), "accepted");
    EXPECT_NE(refusal(with("Content-Length: 5\r\nContent-Length: 5\r\n")), "accepted");
    EXPECT_NE(refusal(with("Content-Length: 5\r\nContent-Length: 6\r\n")), "accepted");
    EXPECT_NE(refusal(with("Content-Length: 5, 5\r\n")), "accepted");
}

TEST(Framing, RefusesALengthThatIsNoDecimalNumber) {
    for (const char* length : {"", "+5", "-5", "0x5", "5 5", "5.0", "five", "18446744073709551616",
                               "99999999999999999999999999"}) {
        EXPECT_NE(refusal(with("Content-Length: " + std::string(length) + "\r\n")), "accepted")
            << length;
    }
}

TEST(Framing, RefusesEveryTransferEncodingButChunked) {
    for (const char* coding : {"gzip", "gzip, chunked", "chunked, gzip", "chunked, chunked",
                               "identity", "", "xchunked", "chunked;q=1", "\"chunked\""}) {
        EXPECT_NE(refusal(with("Transfer-Encoding: " + std::string(coding) + "\r\n")), "accepted")
            << coding;
    }
    EXPECT_NE(refusal(with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")),
              "accepted");
    EXPECT_NE(refusal("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), "accepted");
}

TEST(Framing, RefusesFoldedFields) {
    EXPECT_THAT(refusal(with("X-A: 1\r\n 2\r\n")), HasSubstr("obs-fold"));
    EXPECT_THAT(refusal(with("X-A: 1\r\n\t2\r\n")), HasSubstr("obs-fold"));
    EXPECT_THAT(refusal("GET / HTTP/1.1\r\n Host: a\r\n\r\n"), HasSubstr("obs-fold"));
}

TEST(Framing, RefusesSpaceInAFieldName) {
    EXPECT_THAT(refusal(with("Content-Length : 5\r\n")), HasSubstr("name"));
    EXPECT_THAT(refusal(with("Transfer-Encoding\t: chunked\r\n")), HasSubstr("name"));
    EXPECT_THAT(refusal(with("X A: 5\r\n")), HasSubstr("name"));
    EXPECT_THAT(refusal(with(": 5\r\n")), HasSubstr("name"));
    EXPECT_THAT(refusal(with("X-A\r\n")), HasSubstr("name"));
}

TEST(Framing, RefusesControlCharactersInValues) {
    using namespace std::string_view_literals;
    EXPECT_THAT(refusal(with("X-A: a\0b\r\n"sv)), HasSubstr("control character"));
    EXPECT_THAT(refusal(with("X-A: a\rb\r\n"sv)), HasSubstr("control character"));
    EXPECT_THAT(refusal(with("X-A: a\x1B[1m\r\n"sv)), HasSubstr("control character"));
    EXPECT_THAT(refusal(with("X-A: a\x7F\r\n"sv)), HasSubstr("control character"));
    EXPECT_EQ(refusal(with("X-A: a\tb \xC3\xA9\r\n"sv)), "accepted");
}

TEST(Framing, RefusesBareLineFeeds) {
    EXPECT_NE(refusal("GET / HTTP/1.1\nHost: a\r\n\r\n"), "accepted");
    EXPECT_NE(refusal("GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"), "accepted");
}

TEST(Framing, AsksForExactlyOneHost) {
    EXPECT_THAT(refusal("GET / HTTP/1.1\r\n\r\n"), HasSubstr("Host: found 0"));
    EXPECT_THAT(refusal("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
                HasSubstr("Host: found 2"));
    EXPECT_THAT(refusal("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), HasSubstr("not a host name"));
    EXPECT_THAT(refusal("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), HasSubstr("not a host name"));
    EXPECT_EQ(refusal("GET / HTTP/1.0\r\n\r\n"), "accepted");
    EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n"), "accepted");
}

TEST(Framing, KeepsAliveByVersionAndConnectionField) {
    const auto is_kept_alive = [](std::string_view version, std::string_view connection) {
        return parse("GET / " + std::string(version) + "\r\nHost: a\r\n" + std::string(connection) +
                     "\r\n")
            ->is_kept_alive;
    };
    EXPECT_TRUE(is_kept_alive("HTTP/1.1", ""));
    EXPECT_FALSE(is_kept_alive("HTTP/1.1", "Connection: close\r\n"));
    EXPECT_FALSE(is_kept_alive("HTTP/1.1", "Connection: foo, Close\r\n"));
    EXPECT_FALSE(is_kept_alive("HTTP/1.0", ""));
    EXPECT_TRUE(is_kept_alive("HTTP/1.0", "Connection: Keep-Alive\r\n"));
}

TEST(Framing, TellsExpectationsApart) {
    EXPECT_EQ(parse(with(""))->expectation, Expectation::none);
    EXPECT_EQ(parse(with("Expect: 100-Continue\r\n"))->expectation, Expectation::go_ahead);
    EXPECT_EQ(parse(with("Expect: 200-ok\r\n"))->expectation, Expectation::unknown);
    EXPECT_EQ(parse("POST / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n")->expectation,
              Expectation::none);
}

TEST(Framing, BoundsTheNumberOfFields) {
    Limits limits;
    limits.fields_max = 3;
    const std::string three = with("A: 1\r\nB: 2\r\n");
    const std::string four = with("A: 1\r\nB: 2\r\nC: 3\r\n");
    EXPECT_TRUE(parse_head(three, limits).ok());
    ASSERT_FALSE(parse_head(four, limits).ok());
    EXPECT_EQ(parse_head(four, limits).error().code, Code::headers_too_large);
}

TEST(Framing, BoundsTheSizeOfAHead) {
    Limits limits;
    limits.head_bytes_max = 100;
    const std::string large = with("A: " + std::string(100, 'x') + "\r\n");
    ASSERT_FALSE(parse_head(large, limits).ok());
    EXPECT_EQ(parse_head(large, limits).error().code, Code::headers_too_large);
}

TEST(Framing, TakesAHeadAndNothingElse) {
    EXPECT_NE(refusal(""), "accepted");
    EXPECT_NE(refusal("\r\n"), "accepted");
    EXPECT_NE(refusal("GET / HTTP/1.1\r\nHost: a\r\n"), "accepted");
    EXPECT_NE(refusal("GET / HTTP/1.1\r\nHost: a\r\n\r\nX"), "accepted");
}

TEST(HeadScanner, FindsTheEndHoweverTheBytesArrive) {
    const std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\n\r\nbody";
    HeadScanner scanner;
    for (std::size_t size = 1; size < 27; ++size) {
        const auto extent = scanner.scan(std::string_view(bytes).substr(0, size));
        ASSERT_TRUE(extent.ok());
        EXPECT_FALSE(extent->has_value()) << size;
    }
    const auto extent = scanner.scan(bytes);
    ASSERT_TRUE(extent.ok() && extent->has_value());
    EXPECT_EQ((*extent)->begin, 0);
    EXPECT_EQ((*extent)->end, 27);
}

TEST(HeadScanner, SkipsAnEmptyLineBeforeTheRequestButNotMany) {
    const auto one = HeadScanner().scan("\r\nGET / HTTP/1.1\r\n\r\n");
    ASSERT_TRUE(one.ok() && one->has_value());
    EXPECT_EQ((*one)->begin, 2);
    EXPECT_EQ((*one)->end, 20);
    EXPECT_FALSE(HeadScanner().scan("\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n").ok());
}

TEST(HeadScanner, RefusesAtOnceWhatCannotBecomeAHead) {
    EXPECT_FALSE(HeadScanner().scan("\x16\x03\x01").ok());  // TLS, on the plain port
    EXPECT_FALSE(HeadScanner().scan("\n").ok());
    EXPECT_FALSE(HeadScanner().scan("GET / HTTP/1.1\n").ok());
    EXPECT_FALSE(HeadScanner().scan(" GET").ok());
}

}  // namespace
}  // namespace qr::http
