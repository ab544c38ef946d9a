#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/cli/test_console.h"
#include "tests/support/http_stub.h"

namespace qr::cli {
namespace {

using testing::StartsWith;

TEST(HealthCommand, IsGoodWhenTheServerIsReady) {
    HttpStub server(HttpStub::answer(200, R"({"status":"ready"})"));
    const Outcome outcome = run({"health", "--url", server.url()});
    EXPECT_EQ(0, outcome.exit_code) << outcome.err;
    EXPECT_EQ("ready\n", outcome.out);
    EXPECT_THAT(server.finish(), StartsWith("GET /health/ready HTTP/1.1\r\n"));
}

TEST(HealthCommand, FindsTheServerOfItsConfiguration) {
    HttpStub server(HttpStub::answer(200, "{}"));
    const TestConsole console{
        .environment = {{"QR_PORT", std::to_string(server.port())}, {"QR_HOSTNAME", "0.0.0.0"}}};
    EXPECT_EQ(0, console.run({"health"}).exit_code);
}

TEST(HealthCommand, FailsWithTheServersReason) {
    HttpStub server(HttpStub::answer(503, R"({"status":"starting"})"));
    const Outcome outcome = run({"health", "--url", server.url()});
    EXPECT_EQ(1, outcome.exit_code);
    EXPECT_EQ("quantumrerank: " + server.url() + "/health/ready answered 503: starting\n",
              outcome.err);
}

TEST(HealthCommand, FailsWhenNobodyListens) {
    std::string url;
    {
        HttpStub server("");
        url = server.url();
    }
    const Outcome outcome = run({"health", "--url", url});
    EXPECT_EQ(1, outcome.exit_code);
    EXPECT_THAT(outcome.err, StartsWith("quantumrerank: " + url +
                                        "/health/ready: Failed to "
                                        "connect to 127.0.0.1 port "));
}

TEST(HealthCommand, RefusesATimeoutOfNothing) {
    const Outcome outcome = run({"health", "--timeout-ms", "0"});
    EXPECT_EQ(2, outcome.exit_code);
    EXPECT_EQ("quantumrerank: --timeout-ms: Value 0 not in range 1 to 600000; see --help\n",
              outcome.err);
}

}  // namespace
}  // namespace qr::cli
