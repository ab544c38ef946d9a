#include "host/base/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <thread>

#include "tests/host/base/promtool.h"

namespace qr {
namespace {

using testing::HasSubstr;
using testing::Not;

class MetricsTest : public testing::Test {
  protected:
    const std::vector<std::string> routes_ = {"/v1/rerank", "/health/live"};
    const std::vector<std::string> backends_ = {"cpu", "reference"};
    Metrics metrics_{{.version = "1.2.3", .routes = routes_, .backends = backends_, .lanes = 2}};
};

TEST_F(MetricsTest, CountsAnExchangeUnderItsRouteAndStatusClass) {
    RouteMetrics& rerank = metrics_.route("/v1/rerank");
    rerank.count(200, 0.0003);
    rerank.count(204, 0.0003);
    rerank.count(422, 0.3);
    rerank.count(0, 0.3);
    const std::string text = metrics_.serialize();
    EXPECT_THAT(text, HasSubstr("qr_http_requests_total{route=\"/v1/rerank\",status=\"2xx\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("qr_http_requests_total{route=\"/v1/rerank\",status=\"4xx\"} 1\n"));
    EXPECT_THAT(text,
                HasSubstr("qr_http_requests_total{route=\"/v1/rerank\",status=\"other\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("qr_http_request_seconds_count{route=\"/v1/rerank\"} 4\n"));
    EXPECT_THAT(
        text, HasSubstr("qr_http_request_seconds_bucket{route=\"/v1/rerank\",le=\"0.0005\"} 2\n"));
    EXPECT_THAT(text,
                HasSubstr("qr_http_requests_total{route=\"/health/live\",status=\"2xx\"} 0\n"));
}

TEST_F(MetricsTest, CountsWhatIsOnNoListAsOtherAndCreatesNoSeries) {
    const auto lines_of = [](const std::string& text) {
        return std::count(text.begin(), text.end(), '\n');
    };
    const auto before = lines_of(metrics_.serialize());
    for (const char* path : {"/../etc/passwd", "/a", "/b"})
        metrics_.route(path).count(404, 0.001);
    metrics_.backend("abacus").scored_pairs.Increment(5);
    const std::string text = metrics_.serialize();
    EXPECT_EQ(before, lines_of(text));
    EXPECT_THAT(text, HasSubstr("qr_http_requests_total{route=\"other\",status=\"4xx\"} 3\n"));
    EXPECT_THAT(text, HasSubstr("qr_scored_pairs_total{backend=\"other\"} 5\n"));
}

TEST_F(MetricsTest, HasASeriesForEveryBackendAndErrorCodeFromTheStart) {
    metrics_.backend("cpu").scored_pairs.Increment(100);
    metrics_.errors(Code::overloaded).Increment();
    const std::string text = metrics_.serialize();
    EXPECT_THAT(text, HasSubstr("qr_scored_pairs_total{backend=\"cpu\"} 100\n"));
    EXPECT_THAT(text, HasSubstr("qr_scored_pairs_total{backend=\"reference\"} 0\n"));
    EXPECT_THAT(text, HasSubstr("qr_errors_total{code=\"overloaded\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("qr_errors_total{code=\"malformed\"} 0\n"));
    EXPECT_THAT(text, HasSubstr("qr_errors_total{code=\"out_of_memory\"} 0\n"));
}

TEST_F(MetricsTest, ExposesTheSeriesOfRequestsAndQueue) {
    metrics_.http_connections.Set(7);
    metrics_.http_requests_in_flight.Set(2);
    metrics_.http_request_bytes.Increment(1000);
    metrics_.http_response_bytes.Increment(10);
    metrics_.stage_seconds(Metrics::Stage::read).Observe(1);
    metrics_.stage_seconds(Metrics::Stage::print).Observe(2);
    metrics_.admission_jobs.Set(11);
    metrics_.admission_rows.Set(12);
    metrics_.admission_bytes.Set(13);
    metrics_.admission_jobs_limit.Set(21);
    metrics_.admission_rows_limit.Set(22);
    metrics_.admission_bytes_limit.Set(23);
    metrics_.admission_refusals.at("tenant").Increment(4);
    metrics_.queue_jobs.Set(3);
    metrics_.queue_rows.Set(300);
    metrics_.queue_wait_seconds.Observe(0.5);
    metrics_.jobs_unscored.at("cancelled").Increment();
    const std::string text = metrics_.serialize();
    for (const char* line :
         {"qr_http_connections 7\n", "qr_http_requests_in_flight 2\n",
          "qr_http_request_bytes_total 1000\n", "qr_http_response_bytes_total 10\n",
          "qr_stage_seconds_sum{stage=\"read\"} 1\n", "qr_stage_seconds_sum{stage=\"print\"} 2\n",
          "qr_stage_seconds_count{stage=\"queue\"} 0\n", "qr_admission_jobs 11\n",
          "qr_admission_rows 12\n", "qr_admission_bytes 13\n", "qr_admission_jobs_limit 21\n",
          "qr_admission_rows_limit 22\n", "qr_admission_bytes_limit 23\n",
          "qr_admission_refusals_total{reason=\"tenant\"} 4\n",
          "qr_admission_refusals_total{reason=\"jobs\"} 0\n", "qr_queue_jobs 3\n",
          "qr_queue_rows 300\n", "qr_queue_wait_seconds_sum 0.5\n",
          "qr_jobs_unscored_total{reason=\"cancelled\"} 1\n"})
        EXPECT_THAT(text, HasSubstr(line));
}

TEST_F(MetricsTest, ExposesTheSeriesOfBatchesAndBackends) {
    metrics_.batch_jobs.Observe(5);
    metrics_.batch_rows.Observe(64);
    metrics_.scored_documents.Increment(4);
    metrics_.slices_dropped.Increment(2);
    BackendMetrics& cpu = metrics_.backend("cpu");
    cpu.batch_seconds.Observe(0.25);
    cpu.batches_failed.at("out_of_memory").Increment();
    cpu.batches_failed.at("conflict").Increment();
    cpu.canaries.at("wrong").Increment();
    cpu.canary_seconds.Observe(0.5);
    cpu.canary_last_pass_seconds.Set(1234);
    const std::string text = metrics_.serialize();
    for (const char* line :
         {"qr_batch_jobs_bucket{le=\"4\"} 0\n", "qr_batch_jobs_bucket{le=\"8\"} 1\n",
          "qr_batch_rows_sum 64\n", "qr_scored_documents_total 4\n", "qr_slices_dropped_total 2\n",
          "qr_batch_seconds_sum{backend=\"cpu\"} 0.25\n",
          "qr_batch_seconds_count{backend=\"reference\"} 0\n",
          "qr_batches_failed_total{backend=\"cpu\",code=\"out_of_memory\"} 1\n",
          "qr_batches_failed_total{backend=\"cpu\",code=\"other\"} 1\n",
          "qr_canaries_total{backend=\"cpu\",result=\"wrong\"} 1\n",
          "qr_canaries_total{backend=\"cpu\",result=\"passed\"} 0\n",
          "qr_canary_seconds_sum{backend=\"cpu\"} 0.5\n",
          "qr_canary_last_pass_timestamp_seconds{backend=\"cpu\"} 1234\n"})
        EXPECT_THAT(text, HasSubstr(line));
}

TEST_F(MetricsTest, ExposesTheSeriesOfHealthAndProcess) {
    metrics_.ready.Set(1);
    metrics_.degraded.Set(1);
    metrics_.failovers.at("timed_out").Increment();
    metrics_.heartbeat_age_seconds.Set(0.5);
    metrics_.config_reloads.at("refused").Increment();
    const std::string text = metrics_.serialize();
    for (const char* line :
         {"qr_ready 1\n", "qr_degraded 1\n", "qr_failovers_total{reason=\"timed_out\"} 1\n",
          "qr_failovers_total{reason=\"wrong_answer\"} 0\n", "qr_heartbeat_age_seconds 0.5\n",
          "qr_config_reloads_total{result=\"refused\"} 1\n",
          "qr_config_reloads_total{result=\"applied\"} 0\n",
          "qr_build_info{version=\"1.2.3\"} 1\n"})
        EXPECT_THAT(text, HasSubstr(line));
}

TEST_F(MetricsTest, IsInExactlyOneHealthState) {
    EXPECT_THAT(metrics_.serialize(), HasSubstr("qr_health_state{state=\"starting\"} 1\n"));
    for (const char* state : {"ready", "degraded", "draining", "failing", "starting"}) {
        metrics_.set_health_state(state);
        const std::string text = metrics_.serialize();
        EXPECT_THAT(text, HasSubstr(std::string("qr_health_state{state=\"") + state + "\"} 1\n"));
        std::size_t ones = 0;
        for (std::size_t at = 0; (at = text.find("qr_health_state{", at)) != std::string::npos;
             ++at)
            ones += text.at(text.find('\n', at) - 1) == '1' ? 1u : 0u;
        EXPECT_EQ(1u, ones) << state;
    }
}

TEST_F(MetricsTest, TakesALanesTotalAsItIsAndLeavesOutALaneTooMany) {
    const std::string before = metrics_.serialize();
    EXPECT_THAT(before, HasSubstr("qr_lane_busy_seconds_total{lane=\"1\"} 0\n"));
    metrics_.set_lane(1, 0.5, true);
    metrics_.set_lane(1, 2.5, false);
    metrics_.set_lane(1, 2.25, true);  // an older reading, handed over late
    metrics_.set_lane(2, 7, true);
    const std::string text = metrics_.serialize();
    EXPECT_THAT(text, HasSubstr("qr_lane_busy_seconds_total{lane=\"1\"} 2.5\n"));
    EXPECT_THAT(text, HasSubstr("qr_lane_busy{lane=\"1\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("qr_lane_busy{lane=\"0\"} 0\n"));
    EXPECT_THAT(text, Not(HasSubstr("lane=\"2\"")));
}

TEST(Metrics, RefusesMoreLanesThanItsLimit) {
    EXPECT_DEATH(Metrics({.lanes = Metrics::kLanesMax + 1}), "kLanesMax");
}

TEST_F(MetricsTest, RefusesALabelValueThatIsOnNoClosedList) {
    EXPECT_DEATH(metrics_.admission_refusals.at("mood"), "kOtherLabel");
    EXPECT_DEATH(metrics_.set_health_state("tired"), "kOtherLabel");
}

TEST_F(MetricsTest, ExposesTheFamiliesOfTheTableAndNoOther) {
    const std::string text = metrics_.serialize();
    std::set<std::string> exposed;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        constexpr std::string_view kType = "# TYPE ";
        if (!line.starts_with(kType)) continue;
        line.erase(0, kType.size());
        exposed.insert(line.substr(0, line.find(' ')));
    }
    std::set<std::string> declared;
    for (const MetricFamily& family : metric_families()) {
        if (!is_handed_over(family)) declared.emplace(family.name);
    }
    EXPECT_EQ(declared, exposed);
}

TEST_F(MetricsTest, ExposesAFamilyThatIsHandedOverWhileThereAreSamplesOfIt) {
    EXPECT_THAT(metrics_.serialize(), Not(HasSubstr("qr_device")));
    metrics_.set_samples("qr_device_lost", {{{"0", "GPU-1"}, 1}});
    EXPECT_THAT(metrics_.serialize(), HasSubstr("# TYPE qr_device_lost gauge\n"
                                                "qr_device_lost{device=\"0\",uuid=\"GPU-1\"} 1\n"));
    metrics_.set_samples("qr_device_lost", {});
    EXPECT_THAT(metrics_.serialize(), Not(HasSubstr("qr_device")));
}

TEST_F(MetricsTest, TakesTheLogsTotalAsItIs) {
    metrics_.set_log_lines_dropped(5);
    metrics_.set_log_lines_dropped(7);
    EXPECT_THAT(metrics_.serialize(), HasSubstr("qr_log_lines_dropped_total 7\n"));
}

TEST_F(MetricsTest, TakesATotalThatIsKeptElsewhereAndNeverFallsBack) {
    prometheus::Counter& refusals = metrics_.admission_refusals.at("rows");
    metrics_.set_total(refusals, 12);
    metrics_.set_total(refusals, 11);
    EXPECT_THAT(metrics_.serialize(),
                HasSubstr("qr_admission_refusals_total{reason=\"rows\"} 12\n"));
}

TEST_F(MetricsTest, ReadsTheProcessAtEveryScrape) {
    const std::string text = metrics_.serialize();
    EXPECT_THAT(text, Not(HasSubstr("process_resident_memory_bytes 0\n")));
    EXPECT_THAT(text, Not(HasSubstr("process_start_time_seconds 0\n")));
    EXPECT_THAT(text, HasSubstr("process_cpu_seconds_total "));
    EXPECT_THAT(text, HasSubstr("process_open_fds "));
}

TEST_F(MetricsTest, MayBeScrapedWhileItCounts) {
    std::thread counting([this] {
        for (int i = 0; i < 2000; ++i)
            metrics_.route("/v1/rerank").count(200, 0.001);
    });
    for (int i = 0; i < 5; ++i)
        EXPECT_FALSE(metrics_.serialize().empty());
    counting.join();
    EXPECT_THAT(metrics_.serialize(),
                HasSubstr("qr_http_requests_total{route=\"/v1/rerank\",status=\"2xx\"} 2000\n"));
}

TEST_F(MetricsTest, IsCleanForPromtool) {
    if (!is_on_path("promtool")) GTEST_SKIP() << "promtool (Debian package prometheus) is absent";
    EXPECT_EQ("", complaints_of("promtool check metrics", metrics_.serialize()));
}

}  // namespace
}  // namespace qr
