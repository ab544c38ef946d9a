// The app when requests wait: who gets a place, who is told to come back, who has left.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "tests/server/app/served.h"
#include "tests/support/gated_backend.h"

namespace qr {
namespace {

using nlohmann::json;
using test::GatedBackend;
using test::post_bytes;
using test::Served;
using test::WireAnswer;
using test::WireClient;
using testing::HasSubstr;
using testing::Not;

// One pair: as many scores as the stand-in backend gives.
constexpr const char* kOneDocument = R"({"query":[1,0],"documents":[[0,1]]})";

// An app whose backend holds every batch until the gate opens.
class AppLoad : public testing::Test {
  protected:
    void serve(Config config = {}) {
        served = std::make_unique<Served>(std::move(config));
        auto backend = std::make_unique<GatedBackend>();
        gate = backend.get();
        gate->shut();
        const Result<void> serving =
            served->app().serve_from({.backend = std::move(backend), .report = {}});
        ASSERT_TRUE(serving.ok());
    }
    void TearDown() override {
        if (gate != nullptr) gate->open();
    }

    // A client whose request the backend has.
    WireClient scored_client(const std::string& fields = "") {
        WireClient client = served->client();
        client.send(post_bytes("/v1/rerank", kOneDocument, fields));
        gate->await_batches(1);
        return client;
    }
    // Blocks until GET /health shows that number.
    void await_health(const char* key, std::size_t value, const std::string& fields = "") {
        const auto deadline = std::chrono::steady_clock::now() + WireClient::kPatience;
        while (json::parse(served->get("/health", fields).body).at(json::json_pointer(key)) !=
               value) {
            ASSERT_LT(std::chrono::steady_clock::now(), deadline) << key << " never " << value;
        }
    }
    // The refusal of a request of which no body byte has been sent.
    json refusal_of(const std::string& path, const std::string& fields) {
        const WireAnswer answer =
            served->ask("POST " + path + " HTTP/1.1\r\nHost: t\r\n" + fields + "\r\n");
        EXPECT_EQ(answer.status, 429);
        return json::parse(answer.body).at("error");
    }

    std::unique_ptr<Served> served;
    GatedBackend* gate = nullptr;
};

TEST_F(AppLoad, RefusesAtTheHeadWhateverThePathAndTheFormOfTheBody) {
    serve({.max_concurrent_requests = 1});
    WireClient first = scored_client();
    for (const char* path : {"/v1/rerank", "/v1/score"}) {
        for (const char* fields :
             {"Content-Length: 100000\r\n", "Transfer-Encoding: chunked\r\n",
              "Content-Length: 5000000\r\nContent-Type: application/octet-stream\r\n"
              "Inference-Header-Content-Length: 70\r\n",
              "Content-Length: 900\r\nContent-Encoding: gzip\r\n",
              "Content-Length: 10\r\nExpect: 100-continue\r\n"}) {
            const json error = refusal_of(path, fields);
            EXPECT_EQ(error.at("type"), "overloaded") << fields;
            EXPECT_EQ(error.at("reason"), "jobs") << fields;
            EXPECT_EQ(error.at("found"), "1") << fields;
            EXPECT_EQ(error.at("allowed"), "1") << fields;
        }
    }
    EXPECT_EQ(served->get("/health/live").status, 200) << "needs no place";
    gate->open();
    EXPECT_EQ(first.receive()->status, 200);
    await_health("/requests_in_flight", 1);
    EXPECT_EQ(served->post("/v1/rerank", kOneDocument).status, 200);
}

TEST_F(AppLoad, ARefusalSaysWhenToComeBack) {
    serve({.max_concurrent_requests = 1});
    WireClient first = scored_client();
    const WireAnswer answer = served->post("/v1/rerank", kOneDocument);
    EXPECT_EQ(answer.status, 429);
    EXPECT_THAT(answer.field("Retry-After"), testing::AnyOf("1", "2"));
    const int milliseconds = std::stoi(answer.field("retry-after-ms"));
    EXPECT_GE(milliseconds, 750);
    EXPECT_LE(milliseconds, 1250);
    EXPECT_EQ(answer.field("x-total-time"), "");
}

TEST_F(AppLoad, CountsTheRowsOfARequestOnceItIsParsed) {
    serve({.queue_rows_max = 1});
    WireClient first = scored_client();
    const json error = refusal_of("/v1/rerank", "Content-Length: 10\r\n");
    EXPECT_EQ(error.at("reason"), "rows");
    EXPECT_EQ(error.at("found"), "1");
}

TEST_F(AppLoad, CountsTheBytesOfVectorsAndNotOfTheirSpelling) {
    serve({.queue_bytes_max = 100});
    // Two vectors of two numbers, however many bytes of JSON.
    WireClient first = scored_client();
    const json error = refusal_of("/v1/rerank", "Content-Length: 85\r\n");
    EXPECT_EQ(error.at("reason"), "bytes");
    EXPECT_EQ(error.at("found"), "16");
    EXPECT_EQ(error.at("allowed"), "100");
}

TEST_F(AppLoad, TooLargeIsToldAsSuchAndNotAsTooMuchAtOnce) {
    serve({.payload_limit = 1000, .max_concurrent_requests = 1});
    WireClient first = scored_client();
    EXPECT_EQ(
        served->ask("POST /v1/rerank HTTP/1.1\r\nHost: t\r\nContent-Length: 1001\r\n\r\n").status,
        413);
}

TEST_F(AppLoad, OneKeyLeavesPlacesToTheOthers) {
    serve({.max_concurrent_requests = 2, .max_tenant_share_percent = 50, .api_key = {"a", "b"}});
    const std::string as_a = "Authorization: Bearer a\r\n";
    const std::string as_b = "Authorization: Bearer b\r\n";
    WireClient first = scored_client(as_a);
    EXPECT_EQ(refusal_of("/v1/rerank", as_a + "Content-Length: 10\r\n").at("reason"), "tenant");
    WireClient second = served->client();
    second.send(post_bytes("/v1/rerank", kOneDocument, as_b));
    await_health("/queue/jobs", 1, as_b);
    gate->open();
    EXPECT_EQ(second.receive()->status, 200);
}

TEST_F(AppLoad, AClientThatLeavesFreesItsPlaceAndItsJobIsNeverScored) {
    serve({.max_concurrent_requests = 2});
    WireClient first = scored_client();
    WireClient second = served->client();
    second.send(post_bytes("/v1/rerank", R"({"query":[1],"documents":[[7]]})"));
    await_health("/queue/jobs", 1);
    EXPECT_EQ(served->post("/v1/rerank", kOneDocument).status, 429);
    second.reset();
    await_health("/queue/jobs", 0);
    await_health("/requests_in_flight", 2);  // the first, and the question itself
    WireClient third = served->client();
    third.send(post_bytes("/v1/rerank", R"({"query":[1],"documents":[[8]]})"));
    await_health("/queue/jobs", 1);
    gate->open();
    EXPECT_EQ(first.receive()->status, 200);
    EXPECT_EQ(third.receive()->status, 200);
    EXPECT_THAT(gate->scored(), Not(testing::Contains(7.0F)));
    const std::string log = served->stopped_log();
    EXPECT_THAT(log, HasSubstr(R"("status":499)"));
    EXPECT_THAT(log, HasSubstr(R"("aborted":true)"));
}

TEST_F(AppLoad, AClientThatLeavesWhileItsJobIsScoredFreesItsPlaceWithTheBatch) {
    serve({.io_threads = 1, .max_concurrent_requests = 1});
    WireClient first = scored_client();
    first.reset();
    // On the one thread there is, this comes after the reset.
    EXPECT_EQ(served->get("/health/live").status, 200);
    gate->open();
    await_health("/requests_in_flight", 1);
    EXPECT_EQ(served->post("/v1/rerank", kOneDocument).status, 200);
    EXPECT_THAT(served->stopped_log(), HasSubstr(R"("status":499)"));
}

TEST_F(AppLoad, AnswersWithScoresSayHowLongTheyTookAndOthersDoNot) {
    serve();
    gate->open();
    const WireAnswer scored = served->post("/v1/score", R"({"query":[1],"documents":[[7]]})");
    ASSERT_EQ(scored.status, 200) << scored.body;
    EXPECT_EQ(scored.field("x-compute-type"), "cpu");
    for (const char* name :
         {"x-total-time", "x-queue-time", "x-inference-time", "x-compute-time"}) {
        EXPECT_THAT(scored.field(name), testing::MatchesRegex("[0-9]+")) << name;
    }
    gate->fail_with(Error{.code = Code::unavailable, .message = "gone"});
    const WireAnswer failed = served->post("/v1/rerank", kOneDocument);
    EXPECT_EQ(failed.status, 503);
    EXPECT_EQ(failed.field("Retry-After"), "1");
    EXPECT_EQ(failed.field("x-total-time"), "");
    EXPECT_EQ(failed.field("x-compute-type"), "");
}

TEST_F(AppLoad, AReloadHoldsForRequestsToComeAndSparesThoseUnderWay) {
    served = std::make_unique<Served>(Config{.cors_allow_origin = {"https://old.example"}});
    ASSERT_TRUE(served->app().load_backend().ok());
    const std::string body = R"({"query":[1],"documents":[[1],[2],[3]]})";
    const std::string bytes = post_bytes("/v1/score", body, "Origin: https://old.example\r\n");
    const std::string head = bytes.substr(0, bytes.size() - body.size());
    WireClient before = served->client();
    before.send(head);
    await_health("/requests_in_flight", 2);
    served->app().apply({.max_client_batch_size = 2,
                         .api_key = {"key"},
                         .cors_allow_origin = {"https://new.example"}});
    const auto answer = before.exchange(body);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200) << answer->body;
    EXPECT_EQ(answer->field("Access-Control-Allow-Origin"), "https://old.example");
    EXPECT_EQ(served->ask(bytes).status, 401);
    const WireAnswer after = served->post(
        "/v1/score", body, "Authorization: Bearer key\r\nOrigin: https://new.example\r\n");
    EXPECT_EQ(after.status, 422);
    EXPECT_EQ(after.field("Access-Control-Allow-Origin"), "https://new.example");
}

TEST_F(AppLoad, AReloadChangesHowManyMayBeInProgress) {
    serve({.max_concurrent_requests = 1});
    WireClient first = scored_client();
    EXPECT_EQ(served->post("/v1/rerank", kOneDocument).status, 429);
    served->app().apply({.max_concurrent_requests = 2});
    WireClient second = served->client();
    second.send(post_bytes("/v1/rerank", kOneDocument));
    await_health("/queue/jobs", 1);
    gate->open();
    EXPECT_EQ(second.receive()->status, 200);
}

}  // namespace
}  // namespace qr
