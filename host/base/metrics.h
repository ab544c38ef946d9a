// Every metric the server exposes at /metrics: the live series of metrics_table.h.
//
// Label values come from closed lists (the table's own, and those given at construction: routes,
// backends, lanes), so the number of series is fixed when the server starts; what is on no list
// counts as "other". Callers hold references to the very series they update: no look-up by label in
// a request's path. Figures that may be missing are handed over at each scrape instead
// (metric_samples.h). The room keeps numbers only; who updates them, and when, is the composition
// root's business.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
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
#include "host/base/metric_samples.h"
#include "host/base/metrics_table.h"

namespace qr {

// The series of one family by the value of one label.
template <class Series>
class Labelled {
  public:
    void add(std::string value, Series& series) { entries_.push_back({std::move(value), &series}); }

    // For setting up and for rare events. An unknown value gets "other" and must find one.
    Series& at(std::string_view value) const {
        for (const Entry& entry : entries_) {
            if (entry.value == value) return *entry.series;
        }
        QR_CHECK(!entries_.empty() && entries_.back().value == kOtherLabel);
        return *entries_.back().series;
    }
    // By position in the label's list.
    Series& operator[](std::size_t index) const { return *entries_.at(index).series; }
    std::size_t size() const { return entries_.size(); }
    const std::string& value(std::size_t index) const { return entries_.at(index).value; }

  private:
    struct Entry {
        std::string value;
        Series* series;
    };
    std::vector<Entry> entries_;
};

// The series of one route. count() is all a finished exchange costs.
class RouteMetrics {
  public:
    RouteMetrics(std::string route, Labelled<prometheus::Counter> requests,
                 prometheus::Histogram& seconds)
        : route_(std::move(route)), requests_(std::move(requests)), seconds_(&seconds) {}

    std::string_view route() const { return route_; }
    void count(int status, double seconds);

  private:
    std::string route_;
    Labelled<prometheus::Counter> requests_;  // 1xx..5xx, then anything else
    prometheus::Histogram* seconds_;
};

// The series of one backend.
struct BackendMetrics {
    std::string name;
    prometheus::Counter& scored_pairs;
    prometheus::Histogram& batch_seconds;
    Labelled<prometheus::Counter> batches_failed;  // by code: unavailable, internal, ..., other
    Labelled<prometheus::Counter> canaries;        // by result: passed, failed, wrong, overdue
    prometheus::Histogram& canary_seconds;
    prometheus::Gauge& canary_last_pass_seconds;  // since 1970, by the wall clock
};

// The series of one side of the routing: "device" or "host".
struct RouterMetrics {
    std::string side;
    Labelled<prometheus::Counter> decisions;  // by reason
    prometheus::Counter& estimated_seconds;
    prometheus::Counter& actual_seconds;
    Labelled<prometheus::Gauge> cost_seconds;  // by what it is for: batch, task, byte...
    prometheus::Gauge& drift_ratio;
};

// The series of collections, their searches and their store.
struct CollectionMetrics {
    Labelled<prometheus::Gauge> count;  // by state
    prometheus::Gauge& documents;
    prometheus::Gauge& missing_documents;
    prometheus::Gauge& deleted_rows;
    prometheus::Gauge& memory_bytes;
    prometheus::Gauge& work_waiting;
    prometheus::Gauge& searches_waiting;
    prometheus::Histogram& pass_seconds;
    prometheus::Histogram& pass_queries;
    prometheus::Counter& rows;
    prometheus::Counter& rescored;
    prometheus::Counter& retries;
    Labelled<prometheus::Counter> unanswered;  // by reason
    prometheus::Gauge& store_bytes;
    prometheus::Gauge& store_writable;
    prometheus::Counter& store_commits;
    prometheus::Counter& store_syncs;
};

class Metrics {
  public:
    static constexpr std::size_t kLanesMax = 64;

    struct Labels {
        std::string_view version;
        std::span<const std::string> routes;    // patterns: "/v1/rerank"
        std::span<const std::string> backends;  // names
        std::size_t lanes = 1;                  // at most kLanesMax
    };

    explicit Metrics(const Labels& labels);
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    // Look these up once per route or backend; unknown names get the series "other".
    RouteMetrics& route(std::string_view pattern);
    BackendMetrics& backend(std::string_view name);
    RouterMetrics& router(std::string_view side);
    prometheus::Counter& errors(Code code) { return errors_[static_cast<std::size_t>(code)]; }

    // Of a request that was scored.
    enum class Stage : std::uint8_t { read, parse, encode, queue, score, print };
    prometheus::Histogram& stage_seconds(Stage stage) {
        return stages_[static_cast<std::size_t>(stage)];
    }

    // Totals that are kept elsewhere are handed over when scraped; a counter never falls back.
    void set_total(prometheus::Counter& counter, double total);
    void set_log_lines_dropped(std::uint64_t total);
    // A lane beyond those given at construction is left out.
    void set_lane(std::size_t lane, double busy_seconds_total, bool is_busy);

    // Figures of a family that is handed over (metrics_table.h), until they are replaced.
    void set_samples(std::string_view family, std::vector<MetricSample> samples);

    // "starting", "ready", "degraded", "draining" or "failing": that one 1, the others 0.
    void set_health_state(std::string_view state);

    // The text exposition format, process figures read now. Thread-safe.
    std::string serialize();
    static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

  private:
    class Families;
    void bind_routes(std::span<const std::string> routes);
    void bind_backends(std::span<const std::string> backends);
    void bind_routers();
    CollectionMetrics bind_collections() const;
    void read_process();

    std::unique_ptr<Families> families_;
    std::mutex scrape_;
    MetricSamples samples_;
    std::vector<RouteMetrics> routes_;      // the last is "other"
    std::vector<BackendMetrics> backends_;  // the last is "other"
    std::vector<RouterMetrics> routers_;
    Labelled<prometheus::Counter> errors_;  // by Code
    Labelled<prometheus::Histogram> stages_;
    Labelled<prometheus::Counter> lane_busy_seconds_;
    Labelled<prometheus::Gauge> lane_busy_;
    Labelled<prometheus::Gauge> health_state_;

  public:
    prometheus::Counter& http_request_bytes;
    prometheus::Counter& http_response_bytes;
    prometheus::Gauge& http_connections;
    prometheus::Gauge& http_requests_in_flight;

    prometheus::Gauge& admission_jobs;
    prometheus::Gauge& admission_rows;
    prometheus::Gauge& admission_bytes;
    prometheus::Gauge& admission_jobs_limit;
    prometheus::Gauge& admission_rows_limit;
    prometheus::Gauge& admission_bytes_limit;
    const Labelled<prometheus::Counter> admission_refusals;  // jobs, rows, bytes, tenant

    prometheus::Gauge& queue_jobs;
    prometheus::Gauge& queue_rows;
    prometheus::Histogram& queue_wait_seconds;
    const Labelled<prometheus::Counter> jobs_unscored;  // cancelled, deadline_exceeded, ...

    prometheus::Counter& encoder_calls;
    prometheus::Counter& encoder_failed_calls;
    prometheus::Counter& encoder_repeated_calls;
    prometheus::Counter& encoder_cache_hits;
    prometheus::Counter& encoder_cache_misses;
    prometheus::Gauge& encoder_cache_bytes;
    prometheus::Gauge& encoder_waiting_texts;
    prometheus::Gauge& encoder_shut_off;

    const CollectionMetrics collections;

    prometheus::Histogram& batch_jobs;
    prometheus::Histogram& batch_rows;
    prometheus::Counter& scored_documents;
    prometheus::Counter& slices_dropped;

    prometheus::Gauge& staging_bytes;
    prometheus::Gauge& staging_bytes_limit;
    prometheus::Counter& staging_misses;

    prometheus::Gauge& ready;
    prometheus::Gauge& degraded;
    const Labelled<prometheus::Counter> failovers;  // unavailable, internal, ..., wrong_answer
    prometheus::Gauge& heartbeat_age_seconds;
    const Labelled<prometheus::Counter> config_reloads;  // applied, refused

  private:
    prometheus::Counter& log_lines_dropped_;
    prometheus::Counter& cpu_seconds_;
    prometheus::Gauge& resident_bytes_;
    prometheus::Gauge& virtual_bytes_;
    prometheus::Gauge& open_fds_;
    prometheus::Gauge& max_fds_;
};

}  // namespace qr
