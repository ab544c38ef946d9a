#include "server/app/app.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/server/app/served.h"

namespace qr {
namespace {

using nlohmann::json;
using test::get_bytes;
using test::kRerank;
using test::post_bytes;
using test::Served;
using test::WireAnswer;
using test::WireClient;
using testing::HasSubstr;
using testing::Not;

TEST(App, AnswersStartingUntilThereIsABackend) {
    Served served;
    EXPECT_EQ(served.get("/health/live").status, 200);
    EXPECT_EQ(served.get("/health/ready").status, 503);
    const WireAnswer answer = served.post("/v1/rerank", kRerank);
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.field("Retry-After"), "1");
    EXPECT_EQ(json::parse(answer.body).at("error").at("found"), "starting");
    EXPECT_EQ(json::parse(served.get("/health").body).at("backends").size(), 0u);
}

TEST(App, RanksAndSaysWhichBackendDidIt) {
    Served served;
    ASSERT_TRUE(served.app().load_backend().ok());
    EXPECT_EQ(served.get("/health/ready").status, 200);
    const WireAnswer answer = served.post("/v1/rerank", kRerank, "X-Request-Id: mine\r\n");
    ASSERT_EQ(answer.status, 200);
    EXPECT_THAT(answer.field("Server-Timing"), HasSubstr("parse;dur="));
    const json body = json::parse(answer.body);
    EXPECT_EQ(body.at("id"), "mine");
    EXPECT_EQ(body.at("backend"), "cpu");
    EXPECT_EQ(body.at("results").dump(),
              R"([{"index":1,"relevance_score":1},{"index":0,"relevance_score":0}])");
}

TEST(App, AForcedBackendIsTheOneThatAnswers) {
    Served served({.backend = "reference"});
    ASSERT_TRUE(served.app().load_backend().ok());
    EXPECT_EQ(json::parse(served.post("/v1/rerank", kRerank).body).at("backend"), "reference");
    EXPECT_EQ(json::parse(served.get("/health").body).at("backends").at(0).at("name"), "reference");
}

TEST(App, AnUnknownBackendFailsAndIsNotReady) {
    Served served({.backend = "abacus"});
    EXPECT_EQ(served.app().load_backend().error().code, Code::invalid);
    EXPECT_EQ(served.post("/v1/rerank", kRerank).status, 503);
}

TEST(App, ScoresTheWholeMatrix) {
    Served served;
    ASSERT_TRUE(served.app().load_backend().ok());
    const WireAnswer answer = served.post(
        "/v1/score", R"({"queries":[[1,0],[0,1]],"documents":[[0,1],[2,0]],"method":"dot"})");
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(json::parse(answer.body).at("scores").dump(), "[[0,2],[1,0]]");
}

TEST(App, ABadRowIsNamedByItsPlace) {
    Served served;
    ASSERT_TRUE(served.app().load_backend().ok());
    const WireAnswer answer =
        served.post("/v1/rerank", R"({"query":[1,0],"documents":[[1,1],[0,0]]})");
    EXPECT_EQ(answer.status, 422);
    EXPECT_EQ(json::parse(answer.body).at("error").at("pointer"), "/documents/1");
}

TEST(App, TellsAnUnknownPathFromAnUnknownVerb) {
    Served served;
    EXPECT_EQ(served.get("/nowhere").status, 404);
    const WireAnswer answer = served.get("/v1/rerank");
    EXPECT_EQ(answer.status, 405);
    EXPECT_EQ(answer.field("Allow"), "POST, OPTIONS");
}

TEST(App, WithKeysOnlyTheProbesAndTheDocumentationStayOpen) {
    Served served({.api_key = {"alpha"}});
    ASSERT_TRUE(served.app().load_backend().ok());
    for (const char* open :
         {"/", "/ping", "/health", "/health/live", "/health/ready", "/openapi.json", "/docs"}) {
        EXPECT_EQ(served.get(open).status, 200) << open;
    }
    for (const char* keyed : {"/metrics", "/v1/methods", "/v1/models", "/info"}) {
        EXPECT_EQ(served.get(keyed).status, 401) << keyed;
        EXPECT_EQ(served.get(keyed, "Authorization: Bearer alpha\r\n").status, 200) << keyed;
    }
    EXPECT_EQ(served.post("/v1/rerank", kRerank).status, 401);
    EXPECT_EQ(served.post("/v1/rerank", kRerank, "Authorization: Bearer alpha\r\n").status, 200);
    const std::string log = served.stopped_log();
    EXPECT_THAT(log, HasSubstr(R"("tenant":"key-1")"));
    EXPECT_THAT(log, Not(HasSubstr("alpha")));
}

TEST(App, APreflightNeedsNoKeyAndNamesTheVerbs) {
    Served served({.api_key = {"alpha"}, .cors_allow_origin = {"https://a.example"}});
    const WireAnswer answer =
        served.ask("OPTIONS /v1/rerank HTTP/1.1\r\nHost: t\r\nOrigin: https://a.example\r\n\r\n");
    EXPECT_EQ(answer.status, 204);
    EXPECT_EQ(answer.field("Access-Control-Allow-Methods"), "POST, OPTIONS");
    EXPECT_EQ(answer.field("Access-Control-Allow-Origin"), "https://a.example");
}

TEST(App, DrainingIsNotReadyButStillServes) {
    Served served;
    ASSERT_TRUE(served.app().load_backend().ok());
    WireClient connection = served.client();
    served.app().begin_drain();
    EXPECT_EQ(served.get("/health/ready").status, 503);
    EXPECT_EQ(served.post("/v1/rerank", kRerank).status, 200);
    EXPECT_TRUE(served.app().drain(std::chrono::seconds(5)));
}

TEST(App, AnExpiredDeadlineIs504) {
    Served served;
    ASSERT_TRUE(served.app().load_backend().ok());
    // The deadline runs from the first byte; the body comes only once it has passed.
    WireClient connection = served.client();
    const std::string body = R"({"query":[1,0],"documents":[[0,1]],"timeout_ms":1})";
    connection.send("POST /v1/rerank HTTP/1.1\r\nHost: t\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n");
    EXPECT_FALSE(connection.is_readable_within(std::chrono::milliseconds(20)));
    const std::optional<WireAnswer> answer = connection.exchange(body);
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 504);
}

TEST(App, CountsRequestsByRouteAndErrorsByCode) {
    Served served;
    ASSERT_TRUE(served.app().load_backend().ok());
    // On one connection: an exchange is counted once its answer is out, before the next is read.
    WireClient connection = served.client();
    connection.exchange(post_bytes("/v1/rerank", kRerank));
    connection.exchange(post_bytes("/v1/rerank", "{"));
    connection.exchange(get_bytes("/nowhere"));
    const std::string metrics = connection.exchange(get_bytes("/metrics"))->body;
    const auto has = [&](std::string_view line) { return metrics.find(line) != std::string::npos; };
    EXPECT_TRUE(has(R"(qr_http_requests_total{route="/v1/rerank",status="2xx"} 1)"));
    EXPECT_TRUE(has(R"(qr_http_requests_total{route="/v1/rerank",status="4xx"} 1)"));
    EXPECT_TRUE(has(R"(qr_errors_total{code="malformed"} 1)"));
    EXPECT_TRUE(has(R"(qr_errors_total{code="not_found"} 1)"));
    EXPECT_TRUE(has(R"(qr_scored_pairs_total{backend="cpu"} 2)"));
    EXPECT_TRUE(has("qr_ready 1"));
}

TEST(App, LogsOneLineARequestWithoutBodiesVectorsOrRawControlBytes) {
    Served served;
    ASSERT_TRUE(served.app().load_backend().ok());
    served.post("/v1/rerank", R"({"query":[0.12345,1],"documents":[[1,0.98765]]})",
                "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n");
    const std::string log = served.stopped_log();
    EXPECT_THAT(log, HasSubstr(R"("event":"request")"));
    EXPECT_THAT(log, HasSubstr("0af7651916cd43dd8448eb211c80319c"));
    EXPECT_THAT(log, Not(HasSubstr("12345")));
    EXPECT_THAT(log, Not(HasSubstr("98765")));
    std::istringstream lines(log);
    for (std::string line; std::getline(lines, line);)
        EXPECT_TRUE(json::accept(line)) << line;
}

TEST(App, LogsWhatAnExceptionSaidUnderTheIdTheClientWasTold) {
    Served served;
    http::Request request;
    request.id = "abc";
    request.route = "/v1/rerank";
    served.app().failed(request, "vector::_M_range_check");
    const std::string log = served.stopped_log();
    EXPECT_THAT(log, HasSubstr(R"("level":"error","event":"request_failed","id":"abc")"));
    EXPECT_THAT(log, HasSubstr("vector::_M_range_check"));
}

TEST(App, StopsWhileRequestsAreUnderWay) {
    Served served;
    ASSERT_TRUE(served.app().load_backend().ok());
    std::vector<WireClient> clients;
    for (int i = 0; i < 8; ++i) {
        clients.push_back(served.client());
        clients.back().send("POST /v1/rerank HTTP/1.1\r\nHost: t\r\nContent-Length: " +
                            std::to_string(std::string_view(kRerank).size()) + "\r\n\r\n" +
                            kRerank);
    }
    served.app().stop();
}

}  // namespace
}  // namespace qr
