// What happens beside requests: a scrape of the metrics, a start or a reload.
#include <optional>

#include "host/base/metrics.h"
#include "perf/gate.h"
#include "perf/guard/hot_path.h"
#include "server/config/load_config.h"

namespace qr::perf {
namespace {

// A server that has answered, and failed to answer, some thousands of requests.
class RenderMetrics final : public HotPath {
  public:
    RenderMetrics() {
        for (const std::string& route : routes_) {
            for (int i = 0; i < 1000; ++i)
                metrics_.route(route).count(i % 10 == 0 ? 429 : 200, 0.0005 * i);
        }
        metrics_.backend("cpu").scored_pairs.Increment(123'456);
        metrics_.queue_wait_seconds.Observe(0.001);
    }
    void prepare() override { text_ = {}; }
    void run() override { text_ = metrics_.serialize(); }
    void pass_gate() override {
        for (const std::string_view line :
             {"\nqr_http_requests_total{route=\"/v1/rerank\",status=\"2xx\"} 900\n",
              "\nqr_http_requests_total{route=\"/v1/score\",status=\"4xx\"} 100\n",
              "\nqr_scored_pairs_total{backend=\"cpu\"} 123456\n",
              "\nqr_queue_wait_seconds_count 1\n"}) {
            if (text_.find(line) == std::string::npos) {
                shut_gate("render_metrics", "lacks the line" + std::string(line));
            }
        }
    }

  private:
    const std::vector<std::string> routes_ = {"/v1/rerank", "/v1/score", "/v1/methods", "/health"};
    const std::vector<std::string> backends_ = {"cuda", "cpu", "reference"};
    Metrics metrics_{{.version = "1.2.3", .routes = routes_, .backends = backends_, .lanes = 2}};
    std::string text_;
};

constexpr std::string_view kFile = R"(# rerank.toml
hostname = "0.0.0.0"
port = 9000
backend = "cpu"
backend_threads = 8
io_threads = 2
payload_limit = 33554432
max_concurrent_requests = 256
max_client_batch_size = 1000
default_timeout_ms = 5000
api_key = ["reader:0123456789abcdef0123456789abcdef"]
cors_allow_origin = ["https://example.com", "https://example.org"]
log_level = "warn"
)";

class LoadConfiguration final : public HotPath {
  public:
    void prepare() override { loaded_.reset(); }
    void run() override {
        config::ConfigLoader loader(backends_);
        loader.add_file_text("rerank.toml", kFile);
        loader.add_environment(environment_);
        loader.add_flags(flags_);
        loaded_ = loader.take();
    }
    void pass_gate() override {
        Config expected;
        expected.hostname = "0.0.0.0";
        expected.port = 9001;
        expected.backend = "reference";
        expected.backend_threads = 8;
        expected.io_threads = 2;
        expected.payload_limit = 33'554'432;
        expected.max_concurrent_requests = 128;
        expected.max_client_batch_size = 1000;
        expected.default_timeout = std::chrono::milliseconds(5000);
        expected.api_key = {"reader:0123456789abcdef0123456789abcdef"};
        expected.cors_allow_origin = {"https://example.com", "https://example.org"};
        expected.log_level = LogLevel::warn;
        if (!loaded_->errors.empty()) shut_gate("load_config", loaded_->errors[0].message);
        if (loaded_->config != expected) shut_gate("load_config", "gives another configuration");
    }

  private:
    const std::vector<std::string> backends_ = {"cuda", "cpu", "reference"};
    const config::NamedValues environment_ = {{"PATH", "/usr/bin:/bin"},
                                              {"LANG", "C.UTF-8"},
                                              {"QR_PORT", "9001"},
                                              {"QR_MAX_CONCURRENT_REQUESTS", "128"}};
    const config::NamedValues flags_ = {{"backend", "reference"}};
    std::optional<config::Loaded> loaded_;
};

}  // namespace

HotPathEntries service_paths() {
    return {{"render_metrics", &make_path<RenderMetrics>},
            {"load_config", &make_path<LoadConfiguration>}};
}

}  // namespace qr::perf
