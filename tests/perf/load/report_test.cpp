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

nlohmann::json report_of(const Tally& tally, double cpu_seconds) {
    const RunFigures figures{.tally = tally, .wall = seconds(2), .cpu_seconds = cpu_seconds};
    return nlohmann::json::parse(print_report(plan(), figures));
}

TEST(Report, GivesCountsRatesAndQuantilesByClass) {
    Tally tally(plan());
    for (int i = 0; i < 20; ++i) {
        tally.intended(0);
        tally.sent(0, milliseconds(50 * i), {});
        tally.answered(0, milliseconds(50 * i), {.status = 200, .latency = milliseconds(i + 1)});
    }
    tally.answered(0, {}, {.status = 429, .latency = milliseconds(1)});
    tally.failed(0, {}, Failure::timeout, "late");
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
        tally.sent(0, {}, i < 98 ? milliseconds(0) : milliseconds(2));
    EXPECT_TRUE(report_of(tally, 0)["saturated"]);
    EXPECT_TRUE(report_of(tally, 0)["steps"][0]["is_late"]);
}

TEST(Report, SaysWhenTheToolHadNoCoreLeft) {
    EXPECT_TRUE(report_of(Tally(plan()), 1.9)["saturated"]);
    EXPECT_FALSE(report_of(Tally(plan()), 1.7)["saturated"]);
}

}  // namespace
}  // namespace qr::load
