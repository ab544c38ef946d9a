#include "host/base/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace qr {
namespace {

using testing::HasSubstr;
using testing::Not;

class MetricsTest : public testing::Test {
  protected:
    const std::vector<std::string> routes_ = {"/v1/rerank", "/health/live"};
    const std::vector<std::string> backends_ = {"cpu", "reference"};
    Metrics metrics_{{.version = "1.2.3", .routes = routes_, .backends = backends_}};
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
    metrics_.scored_pairs("abacus").Increment(5);
    const std::string text = metrics_.serialize();
    EXPECT_EQ(before, lines_of(text));
    EXPECT_THAT(text, HasSubstr("qr_http_requests_total{route=\"other\",status=\"4xx\"} 3\n"));
    EXPECT_THAT(text, HasSubstr("qr_scored_pairs_total{backend=\"other\"} 5\n"));
}

TEST_F(MetricsTest, HasASeriesForEveryBackendAndErrorCodeFromTheStart) {
    metrics_.scored_pairs("cpu").Increment(100);
    metrics_.errors(Code::overloaded).Increment();
    const std::string text = metrics_.serialize();
    EXPECT_THAT(text, HasSubstr("qr_scored_pairs_total{backend=\"cpu\"} 100\n"));
    EXPECT_THAT(text, HasSubstr("qr_scored_pairs_total{backend=\"reference\"} 0\n"));
    EXPECT_THAT(text, HasSubstr("qr_errors_total{code=\"overloaded\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("qr_errors_total{code=\"malformed\"} 0\n"));
    EXPECT_THAT(text, HasSubstr("qr_errors_total{code=\"out_of_memory\"} 0\n"));
}

TEST_F(MetricsTest, ExposesGaugesHistogramsAndTheVersion) {
    metrics_.queue_jobs.Set(3);
    metrics_.ready.Set(1);
    metrics_.http_connections.Set(7);
    metrics_.http_requests_in_flight.Set(2);
    metrics_.http_request_bytes.Increment(1000);
    metrics_.http_response_bytes.Increment(10);
    metrics_.scored_documents.Increment(4);
    metrics_.batch_tasks.Observe(5);
    metrics_.queue_wait_seconds.Observe(0.5);
    metrics_.score_seconds.Observe(0.5);
    const std::string text = metrics_.serialize();
    for (const char* line :
         {"qr_queue_jobs 3\n", "qr_ready 1\n", "qr_http_connections 7\n",
          "qr_http_requests_in_flight 2\n", "qr_http_request_bytes_total 1000\n",
          "qr_http_response_bytes_total 10\n", "qr_scored_documents_total 4\n",
          "qr_batch_tasks_bucket{le=\"4\"} 0\n", "qr_batch_tasks_bucket{le=\"8\"} 1\n",
          "qr_queue_wait_seconds_sum 0.5\n", "qr_score_seconds_count 1\n",
          "qr_build_info{version=\"1.2.3\"} 1\n"})
        EXPECT_THAT(text, HasSubstr(line));
}

TEST_F(MetricsTest, TakesTheLogsTotalAsItIs) {
    metrics_.set_log_lines_dropped(5);
    metrics_.set_log_lines_dropped(7);
    EXPECT_THAT(metrics_.serialize(), HasSubstr("qr_log_lines_dropped_total 7\n"));
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

bool is_on_path(const std::string& program) {
    std::istringstream folders(std::getenv("PATH"));
    for (std::string folder; std::getline(folders, folder, ':');) {
        if (std::filesystem::exists(folder + "/" + program)) return true;
    }
    return false;
}

TEST_F(MetricsTest, IsCleanForPromtool) {
    if (!is_on_path("promtool")) GTEST_SKIP() << "promtool (Debian package prometheus) is absent";
    const std::string path = testing::TempDir() + "qr_metrics_test.txt";
    FILE* const promtool = popen(("promtool check metrics > '" + path + "' 2>&1").c_str(), "w");
    ASSERT_NE(nullptr, promtool);
    const std::string text = metrics_.serialize();
    EXPECT_EQ(text.size(), std::fwrite(text.data(), 1, text.size(), promtool));
    EXPECT_EQ(0, pclose(promtool));
    std::ifstream complaints(path);
    std::ostringstream found;
    found << complaints.rdbuf();
    EXPECT_EQ("", found.str());
    std::filesystem::remove(path);
}

}  // namespace
}  // namespace qr
