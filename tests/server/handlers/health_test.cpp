#include "server/handlers/health.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace qr {
namespace {

TEST(Health, LivenessIsABareWord) {
    EXPECT_EQ(print_liveness(), R"({"status":"live"})");
}

TEST(Health, OnlyTheReadyStateIsReady) {
    EXPECT_EQ(readiness_response(State::ready).status, 200);
    EXPECT_EQ(readiness_response(State::ready).body, R"({"status":"ready"})");
    for (const State state : {State::starting, State::draining, State::failing}) {
        const http::Response response = readiness_response(state);
        EXPECT_EQ(response.status, 503);
        EXPECT_EQ(response.body, R"({"status":")" + std::string(to_string(state)) + R"("})");
        ASSERT_EQ(response.fields.list().size(), 2u);
        EXPECT_EQ(response.fields.list()[0].name, "Retry-After");
        EXPECT_EQ(response.fields.list()[1].name, "retry-after-ms");
    }
}

TEST(Health, DetailsNameTheBackendThatServes) {
    const HealthSnapshot snapshot{
        .state = State::ready,
        .uptime = std::chrono::seconds(3),
        .connections = 2,
        .requests_in_flight = 1,
        .queue_jobs = 4,
        .backend = HealthSnapshot::Backend{.name = "cpu",
                                           .capabilities = {"cpu", "avx2", 8},
                                           .self_test = {.pairs = 10, .max_abs_error = 0}}};
    const auto health = nlohmann::json::parse(print_health(snapshot));
    EXPECT_EQ(health.at("status"), "ready");
    EXPECT_EQ(health.at("uptime_seconds"), 3.0);
    EXPECT_EQ(health.at("queue_jobs"), 4);
    EXPECT_EQ(health.at("backends").at(0).at("name"), "cpu");
    EXPECT_EQ(health.at("backends").at(0).at("instruction_set"), "avx2");
    EXPECT_EQ(health.at("backends").at(0).at("self_test").at("pairs"), 10);
}

TEST(Health, BeforeThereIsABackendNoneIsListed) {
    const auto health = nlohmann::json::parse(print_health({}));
    EXPECT_EQ(health.at("status"), "starting");
    EXPECT_TRUE(health.at("backends").empty());
}

}  // namespace
}  // namespace qr
