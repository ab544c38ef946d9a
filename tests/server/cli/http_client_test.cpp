#include "server/cli/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/http_stub.h"

namespace qr::cli {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

TEST(HttpClient, GetsStatusAndBody) {
    HttpStub server(HttpStub::answer(404, "nothing here"));
    const auto answer = exchange({.url = server.url() + "/a"});
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(404, answer->status);
    EXPECT_EQ("nothing here", answer->body);
    EXPECT_THAT(server.finish(), StartsWith("GET /a HTTP/1.1\r\n"));
}

TEST(HttpClient, TellsWhenTheServerIsToBeAskedAgain) {
    HttpStub precise(
        "HTTP/1.1 429 Stub\r\nConnection: close\r\nRetry-After: 3\r\nretry-after-ms: 250\r\n"
        "Content-Length: 0\r\n\r\n");
    EXPECT_EQ(std::chrono::milliseconds(250), exchange({.url = precise.url()})->retry_after);
    HttpStub coarse(
        "HTTP/1.1 503 Stub\r\nConnection: close\r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(std::chrono::seconds(3), exchange({.url = coarse.url()})->retry_after);
    HttpStub silent(HttpStub::answer(503, ""));
    EXPECT_EQ(std::nullopt, exchange({.url = silent.url()})->retry_after);
}

TEST(HttpClient, PostsABodyOfAnyBytesWithItsFields) {
    HttpStub server(HttpStub::answer(200, ""));
    const std::string body("a\0b", 3);
    const auto answer =
        exchange({.url = server.url() + "/a", .fields = {"X-One: 1", "X-Two: 2"}, .body = body});
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_THAT(server.finish(),
                AllOf(StartsWith("POST /a HTTP/1.1\r\n"), HasSubstr("\r\nX-One: 1\r\n"),
                      HasSubstr("\r\nX-Two: 2\r\n"), EndsWith("\r\n\r\n" + body)));
}

TEST(HttpClient, NamesTheUrlAndTheReasonWhenThereIsNoAnswer) {
    HttpStub server("");
    const auto silent = exchange({.url = server.url() + "/a"});
    ASSERT_FALSE(silent.ok());
    EXPECT_EQ(server.url() + "/a: Empty reply from server", silent.error().message);
    const auto file = exchange({.url = "file:///etc/hostname"});
    ASSERT_FALSE(file.ok());
    EXPECT_THAT(file.error().message, StartsWith("file:///etc/hostname: Protocol \"file\""));
}

}  // namespace
}  // namespace qr::cli
