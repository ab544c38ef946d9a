#include "server/cli/server_url.h"

#include <gtest/gtest.h>

namespace qr::cli {
namespace {

std::string url_of(std::string hostname) {
    Config config;
    config.hostname = std::move(hostname);
    return local_url(config);
}

TEST(ServerUrl, ReachesAServerOnAllAddressesThroughLoopback) {
    EXPECT_EQ("http://127.0.0.1:8080", url_of("127.0.0.1"));
    EXPECT_EQ("http://127.0.0.1:8080", url_of("0.0.0.0"));
    EXPECT_EQ("http://[::1]:8080", url_of("::"));
    EXPECT_EQ("http://[fe80::1]:8080", url_of("fe80::1"));
    EXPECT_EQ("http://box.example:8080", url_of("box.example"));
}

TEST(ServerUrl, JoinsWithOneSlash) {
    EXPECT_EQ("http://a/v1/rerank", join_url("http://a", "/v1/rerank"));
    EXPECT_EQ("http://a/v1/rerank", join_url("http://a/", "/v1/rerank"));
}

TEST(ServerUrl, TellsAFailureInTheServersWords) {
    EXPECT_EQ("answered 422: query: 0 numbers, allowed 1..65536",
              failure_text(422, R"({"message": "query: 0 numbers, allowed 1..65536"})"));
    EXPECT_EQ("answered 503: draining", failure_text(503, R"({"status":"draining"})"));
    EXPECT_EQ("answered 502: '<html>?Bad gateway'", failure_text(502, "<html>\nBad gateway"));
    EXPECT_EQ("answered 500: '[1]'", failure_text(500, "[1]"));
    EXPECT_EQ("answered 500", failure_text(500, ""));
}

}  // namespace
}  // namespace qr::cli
