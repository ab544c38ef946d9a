#include "perf/load/report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace qr::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Plan plan() {
    Plan plan;
    plan.loop = Loop::open;
    plan.steps = {{10, seconds(2)}};
    plan.row = seconds(1);
    return plan;
}

Ask ask(Duration intended) {
    return {.intended = intended};
}

nlohmann::json report_of(const Tally& tally, double cpu_seconds) {
    const RunFigures figures{.tally = tally, .wall = seconds(2), .cpu_seconds = cpu_seconds};
    return nlohmann::json::parse(print_report(plan(), figures));
}

TEST(Report, GivesCountsRatesAndQuantilesByClass) {
    Tally tally(plan());
    for (int i = 0; i < 20; ++i) {
        tally.intended(ask({}));
        tally.sent(ask(milliseconds(50 * i)), {});
        tally.answered(ask(milliseconds(50 * i)), {.status = 200, .latency = milliseconds(i + 1)});
    }
    tally.answered(ask({}), {.status = 429, .latency = milliseconds(1)});
    tally.failed(ask({}), Failure::timeout, "late");
    const nlohmann::json report = report_of(tally, 0.5);
    const nlohmann::json& step = report["steps"][0];
    EXPECT_EQ(20, step["intended"]);
    EXPECT_EQ(21, step["answered"]);
    EXPECT_EQ(20, step["statuses"]["200"]);
    EXPECT_EQ(10.0, step["intended_per_s"]);
    EXPECT_EQ(10.0, step["ok_per_s"]);
    EXPECT_EQ(1, step["failures"]["timeout"]);
    EXPECT_EQ(1, step["refused_without_retry_after"]);
    EXPECT_EQ(20'000, step["latency"]["2xx"]["max_us"]);
    EXPECT_NEAR(10'000, step["latency"]["2xx"]["p50_us"].get<double>(), 80);
    EXPECT_EQ(1, step["latency"]["429"]["count"]);
    EXPECT_EQ(0, step["latency"]["other"]["count"]);
    EXPECT_EQ("late", report["examples"]["timeout"]);
    EXPECT_EQ(2u, report["rows"].size());
    EXPECT_EQ(20, report["rows"][0]["2xx"]);
    EXPECT_EQ(0.25, report["cores"]);
    EXPECT_FALSE(report["saturated"]);
}

TEST(Report, SaysWhenTheToolWasLate) {
    Tally tally(plan());
    for (int i = 0; i < 100; ++i)
        tally.sent(ask({}), i < 98 ? milliseconds(0) : milliseconds(2));
    EXPECT_TRUE(report_of(tally, 0)["saturated"]);
    EXPECT_TRUE(report_of(tally, 0)["steps"][0]["is_late"]);
}

TEST(Report, SaysWhenTheToolHadNoCoreLeft) {
    EXPECT_TRUE(report_of(Tally(plan()), 1.9)["saturated"]);
    EXPECT_FALSE(report_of(Tally(plan()), 1.7)["saturated"]);
}

TEST(Report, ListsThePercentilesThatTheCountsSupport) {
    Tally tally(plan());
    for (int i = 1; i <= 1000; ++i)
        tally.answered(ask({}), {.status = 200, .latency = std::chrono::nanoseconds(i % 200)});
    nlohmann::json percentiles = report_of(tally, 0)["percentiles"];
    std::vector<double> found;
    for (const nlohmann::json& each : percentiles)
        found.push_back(each[0]);
    EXPECT_EQ((std::vector<double>{0, 50, 75, 90, 95, 99, 99.9, 100}), found);
    EXPECT_EQ(nlohmann::json::parse("[0.0, 0.0]"), percentiles[0]);
    EXPECT_EQ(nlohmann::json::parse("[50.0, 0.099]"), percentiles[1]);
    EXPECT_EQ(nlohmann::json::parse("[100.0, 0.199]"), percentiles.back());
    EXPECT_TRUE(report_of(Tally(plan()), 0)["percentiles"].empty());
}

TEST(Report, TellsTheRequestsOfAMixApart) {
    Plan mixed = plan();
    mixed.requests = {{.name = "a", .weight = 3, .bodies = {"1", "2"}}, {.name = "b"}};
    mixed.steps[0].rate_end = 30;
    mixed.warm_up = milliseconds(500);
    mixed.keeps_alive = false;
    Tally tally(mixed);
    tally.answered({.request = 1}, {.status = 200, .latency = milliseconds(1)});
    const RunFigures figures{.tally = tally, .wall = seconds(2)};
    const auto report = nlohmann::json::parse(print_report(mixed, figures));
    EXPECT_EQ(3, report["requests"]["a"]["weight"]);
    EXPECT_EQ(2, report["requests"]["a"]["bodies"]);
    EXPECT_EQ(0, report["requests"]["a"]["answered"]);
    EXPECT_EQ(1000, report["requests"]["b"]["latency"]["2xx"]["max_us"]);
    EXPECT_EQ(0.5, report["requests"]["b"]["ok_per_s"]);
    EXPECT_EQ(30, report["steps"][0]["rate_end"]);
    EXPECT_EQ(0.5, report["warm_up_s"]);
    EXPECT_EQ(false, report["keep_alive"]);
}

}  // namespace
}  // namespace qr::load
