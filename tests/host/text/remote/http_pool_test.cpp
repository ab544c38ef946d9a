#include "host/text/remote/http_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>

#include "tests/support/embedding_service_stand_in.h"
#include "tests/support/http_stub.h"

namespace qr {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

HttpCall call_of(const std::string& url) {
    return {.url = url, .fields = {"X-Test: 1"}, .timeout = seconds(20), .answer_bytes_max = 1000};
}

HttpPool::Finished exchange(HttpCall call) {
    ::setenv("no_proxy", "127.0.0.1", 1);
    auto pool = HttpPool::make({.connections_max = 1});
    (*pool)->start(7, std::move(call));
    while (true) {
        auto finished = (*pool)->wait(minutes(1));
        if (!finished.empty()) return std::move(finished.front());
    }
}

TEST(HttpPool, PostsABodyAndGivesTheAnswer) {
    HttpStub stub(HttpStub::answer(422, "no"));
    HttpCall call = call_of(stub.url() + "/embed");
    call.body = "{}";
    const HttpPool::Finished finished = exchange(std::move(call));
    EXPECT_EQ(finished.id, 7);
    EXPECT_EQ(finished.connections, 1);
    EXPECT_EQ(finished.answer.end, HttpAnswer::End::answered);
    EXPECT_EQ(finished.answer.status, 422);
    EXPECT_EQ(finished.answer.body, "no");
    EXPECT_EQ(finished.answer.retry_after, std::nullopt);
    const std::string& request = stub.finish();
    EXPECT_TRUE(request.starts_with("POST /embed HTTP/1.1\r\n")) << request;
    EXPECT_THAT(request, HasSubstr("\r\nX-Test: 1\r\n"));
    EXPECT_TRUE(request.ends_with("\r\n\r\n{}")) << request;
}

TEST(HttpPool, GetsWithoutABody) {
    HttpStub stub(HttpStub::answer(200, "{}"));
    exchange(call_of(stub.url() + "/info"));
    EXPECT_TRUE(stub.finish().starts_with("GET /info HTTP/1.1\r\n"));
}

TEST(HttpPool, ReadsWhenToComeAgain) {
    struct Row {
        const char* fields;
        Duration after;
    };
    const Row rows[] = {{"Retry-After: 3\r\n", seconds(3)},
                        {"retry-after-ms: 250\r\nRetry-After: 3\r\n", milliseconds(250)},
                        {"Retry-After-Ms: soon\r\nRetry-After: 3\r\n", seconds(3)}};
    for (const Row& row : rows) {
        HttpStub stub("HTTP/1.1 503 Stub\r\n" + std::string(row.fields) +
                      "Content-Length: 0\r\n\r\n");
        EXPECT_EQ(exchange(call_of(stub.url())).answer.retry_after, row.after) << row.fields;
    }
}

TEST(HttpPool, CutsAnAnswerThatIsTooLarge) {
    HttpStub fits(HttpStub::answer(200, std::string(1000, 'x')));
    EXPECT_EQ(exchange(call_of(fits.url())).answer.body.size(), 1000);
    HttpStub large(HttpStub::answer(200, std::string(1001, 'x')));
    EXPECT_EQ(exchange(call_of(large.url())).answer.end, HttpAnswer::End::too_large);
}

TEST(HttpPool, FollowsNoRedirect) {
    HttpStub stub(
        "HTTP/1.1 302 Stub\r\nLocation: http://127.0.0.1:1/\r\n"
        "Content-Length: 0\r\n\r\n");
    EXPECT_EQ(exchange(call_of(stub.url())).answer.status, 302);
}

TEST(HttpPool, SaysWhyNobodyCouldBeReached) {
    HttpStub gone("");
    gone.finish();
    const HttpPool::Finished refused = exchange(call_of(gone.url()));
    EXPECT_EQ(refused.answer.end, HttpAnswer::End::unreachable);
    EXPECT_THAT(refused.answer.reason, HasSubstr("onnect"));
    HttpStub silent("");
    EXPECT_EQ(exchange(call_of(silent.url())).answer.end, HttpAnswer::End::unreachable);
}

TEST(HttpPool, SpeaksHttpAlone) {
    EXPECT_EQ(exchange(call_of("file:///etc/hostname")).answer.end, HttpAnswer::End::unreachable);
}

TEST(HttpPool, EndsACallAfterItsTime) {
    test::EmbeddingServiceStandIn service(test::EmbeddingServiceStandIn::Form::tei);
    service.hold();
    HttpCall call = call_of(service.url() + "/embed");
    call.body = R"({"inputs":["a"]})";
    call.timeout = milliseconds(20);
    EXPECT_EQ(exchange(std::move(call)).answer.end, HttpAnswer::End::timed_out);
}

TEST(HttpPool, IsWokenByAnotherThread) {
    auto pool = HttpPool::make({.connections_max = 1});
    auto waited = std::async(std::launch::async, [&] { return (*pool)->wait(minutes(1)); });
    (*pool)->wake();
    EXPECT_TRUE(waited.get().empty());
}

TEST(ServiceUrl, IsAnHttpUrlWithoutSecrets) {
    for (const char* good : {"http://host", "https://host:8080/base/v1", "http://[::1]:80"})
        EXPECT_TRUE(check_service_url(good).ok()) << good;
    for (const char* bad : {"", "host", "ftp://host", "http://", "http://host:99999",
                            "http://host/?a=1", "http://host/#a"})
        EXPECT_FALSE(check_service_url(bad).ok()) << bad;
    const auto secret = check_service_url("http://me:secret@host");
    ASSERT_FALSE(secret.ok());
    EXPECT_EQ(secret.error().message,
              "encoder URL: found credentials; a key has its own setting, allowed: http://host or "
              "https://host, with a port and a path or none");
}

}  // namespace
}  // namespace qr
