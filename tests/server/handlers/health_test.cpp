#include "server/handlers/health.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace qr {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr TimePoint kNow{std::chrono::hours(1)};

// A device that was lost two seconds ago, with the CPU serving.
HealthSnapshot degraded_snapshot() {
    HealthSnapshot snapshot{.now = kNow,
                            .started = kNow - seconds(60),
                            .connections = 2,
                            .requests_in_flight = 1,
                            .capabilities = {.device = "gpu", .instruction_set = "sm_90"},
                            .self_test = {.pairs = 10}};
    snapshot.admitted.jobs = 3;
    snapshot.batcher = {.waiting_jobs = 4,
                        .oldest_waits_since = kNow - milliseconds(250),
                        .lanes = {{.busy_since = kNow - milliseconds(500), .batches = 7}}};
    HealthReport& health = snapshot.health;
    health.state = HealthState::degraded;
    health.reason = "the device is lost";
    health.since = kNow - seconds(2);
    health.failover = FailoverStatus{.state = PrimaryState::lost,
                                     .since = kNow - seconds(2),
                                     .reason = FailoverReason::timed_out};
    BackendHealth device{.name = "gpu0", .device = "gpu", .role = BackendRole::primary};
    device.is_sound = false;
    device.canary = BackendHealth::Canary{
        .result = {.outcome = CanaryOutcome::failed, .message = "gone"}, .at = kNow - seconds(1)};
    device.batch = BackendHealth::Batch{.failed = Code::unavailable, .at = kNow - seconds(2)};
    health.backends = {device, {.name = "cpu", .device = "cpu", .role = BackendRole::secondary}};
    return snapshot;
}

TEST(Health, LivenessIsABareWord) {
    EXPECT_EQ(print_liveness(), R"({"status":"live"})");
}

TEST(Health, AReadyServerSaysSoAndNothingElse) {
    const http::Response response = readiness_response({HealthState::ready, true});
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, R"({"status":"ready"})");
    EXPECT_TRUE(response.fields.list().empty());
}

TEST(Health, WhoIsNotReadySaysWhyAndWhenToAskAgain) {
    for (const HealthState state :
         {HealthState::starting, HealthState::draining, HealthState::failing}) {
        const http::Response response = readiness_response({state, false});
        EXPECT_EQ(response.status, 503);
        EXPECT_EQ(response.body, R"({"status":")" + std::string(to_string(state)) + R"("})");
        ASSERT_EQ(response.fields.list().size(), 2u);
        EXPECT_EQ(response.fields.list()[0].name, "Retry-After");
        EXPECT_EQ(response.fields.list()[1].name, "retry-after-ms");
    }
}

TEST(Health, ADegradedServerIsMarkedWhetherReadyOrNot) {
    const http::Response calm = readiness_response({HealthState::degraded, true});
    EXPECT_EQ(calm.status, 200);
    ASSERT_EQ(calm.fields.list().size(), 1u);
    EXPECT_EQ(calm.fields.list()[0].name, "X-Degraded");
    EXPECT_EQ(readiness_response({HealthState::degraded, false}).status, 503);
}

TEST(Health, DetailsSayWhatWasLastSeenOfEachBackendAndWhen) {
    const json health = json::parse(print_health(degraded_snapshot()));
    EXPECT_EQ(health.at("status"), "degraded");
    EXPECT_EQ(health.at("reason"), "the device is lost");
    EXPECT_EQ(health.at("since_seconds"), 2.0);
    EXPECT_EQ(health.at("uptime_seconds"), 60.0);
    const json& device = health.at("backends").at(0);
    EXPECT_EQ(device.at("name"), "gpu0");
    EXPECT_EQ(device.at("role"), "primary");
    EXPECT_EQ(device.at("is_sound"), false);
    EXPECT_EQ(device.at("instruction_set"), "sm_90");
    EXPECT_EQ(device.at("self_test").at("pairs"), 10);
    EXPECT_EQ(device.at("canary").at("outcome"), "failed");
    EXPECT_EQ(device.at("canary").at("message"), "gone");
    EXPECT_EQ(device.at("canary").at("seconds_ago"), 1.0);
    EXPECT_EQ(device.at("last_batch").at("outcome"), "unavailable");
    EXPECT_EQ(device.at("last_error"), nullptr);
    const json& cpu = health.at("backends").at(1);
    EXPECT_EQ(cpu.at("role"), "secondary");
    EXPECT_EQ(cpu.at("canary"), nullptr);
    EXPECT_FALSE(cpu.contains("self_test"));
    EXPECT_EQ(health.at("failover").at("device"), "lost");
    EXPECT_EQ(health.at("failover").at("last_reason"), "timed_out");
}

TEST(Health, DetailsShowTheDevicesOfTheBackendThatHasThemAndOfNoOther) {
    EXPECT_FALSE(
        json::parse(print_health(degraded_snapshot())).at("backends").at(0).contains("devices"));
    HealthSnapshot snapshot = degraded_snapshot();
    snapshot.devices = {{.uuid = "GPU-1"}, {.index = 1, .uuid = "GPU-2"}};
    const json backends = json::parse(print_health(snapshot)).at("backends");
    EXPECT_EQ(backends.at(0).at("devices").at(1).at("uuid"), "GPU-2");
    EXPECT_FALSE(backends.at(1).contains("devices"));
}

TEST(Health, DetailsShowQueueLanesAndPlaces) {
    const json health = json::parse(print_health(degraded_snapshot()));
    EXPECT_EQ(health.at("admission").at("jobs"), 3);
    EXPECT_EQ(health.at("admission").at("jobs_max"), 512);
    EXPECT_EQ(health.at("queue").at("jobs"), 4);
    EXPECT_EQ(health.at("queue").at("oldest_seconds"), 0.25);
    EXPECT_EQ(health.at("lanes").at(0).at("batches"), 7);
    EXPECT_EQ(health.at("lanes").at(0).at("in_backend_seconds"), 0.5);
}

TEST(Health, BeforeThereIsABackendNoneIsListed) {
    const json health = json::parse(print_health({}));
    EXPECT_EQ(health.at("status"), "starting");
    EXPECT_TRUE(health.at("backends").empty());
    EXPECT_FALSE(health.contains("failover"));
}

}  // namespace
}  // namespace qr
