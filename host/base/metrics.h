// Every metric the server exposes at /metrics, declared once, in metrics.cpp.
//
// Label values come from closed lists given at construction (routes, backends, error codes), so
// the number of series is fixed when the server starts; what is on no list counts as "other".
// Callers hold references to the very series they update: no look-up by label in a request's path.
// The room keeps numbers only; who updates a gauge, and when, is the composition root's business.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "host/base/error.h"

namespace qr {

// The series of one route. count() is all a finished exchange costs.
class RouteMetrics {
  public:
    RouteMetrics(std::string route, std::array<prometheus::Counter*, 6> requests,
                 prometheus::Histogram& seconds)
        : route_(std::move(route)), requests_(requests), seconds_(&seconds) {}

    std::string_view route() const { return route_; }
    void count(int status, double seconds);

  private:
    std::string route_;
    std::array<prometheus::Counter*, 6> requests_;  // 1xx..5xx, then anything else
    prometheus::Histogram* seconds_;
};

class Metrics {
  public:
    struct Labels {
        std::string_view version;
        std::span<const std::string> routes;    // patterns: "/v1/rerank"
        std::span<const std::string> backends;  // names
    };

    explicit Metrics(const Labels& labels);
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    // Look these up once per route or backend; unknown names get the series "other".
    RouteMetrics& route(std::string_view pattern);
    prometheus::Counter& scored_pairs(std::string_view backend);
    prometheus::Counter& errors(Code code) { return *errors_.at(static_cast<std::size_t>(code)); }

    // The log counts its own losses; the total is handed over when scraped.
    void set_log_lines_dropped(std::uint64_t total);

    // The text exposition format, process figures read now. Thread-safe.
    std::string serialize();
    static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

  private:
    using CounterFamily = prometheus::Family<prometheus::Counter>;
    void create_routes(std::span<const std::string> routes);
    void create_backends(std::span<const std::string> backends);
    void create_errors();
    void read_process();

    prometheus::Registry registry_;
    std::mutex scrape_;
    std::vector<RouteMetrics> routes_;  // the last is "other"
    std::vector<std::pair<std::string, prometheus::Counter*>> scored_pairs_;
    std::vector<prometheus::Counter*> errors_;  // by Code

    // Order of construction is the order of the families in the output.
  public:
    prometheus::Counter& http_request_bytes;
    prometheus::Counter& http_response_bytes;
    prometheus::Gauge& http_connections;
    prometheus::Gauge& http_requests_in_flight;
    prometheus::Counter& scored_documents;
    prometheus::Gauge& queue_jobs;
    prometheus::Histogram& batch_tasks;
    prometheus::Histogram& queue_wait_seconds;
    prometheus::Histogram& score_seconds;
    prometheus::Gauge& ready;

  private:
    prometheus::Counter& log_lines_dropped_;
    prometheus::Counter& cpu_seconds_;
    prometheus::Gauge& resident_bytes_;
    prometheus::Gauge& virtual_bytes_;
    prometheus::Gauge& open_fds_;
    prometheus::Gauge& max_fds_;
};

}  // namespace qr
