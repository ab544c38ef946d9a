#include "host/base/metrics.h"

#include <prometheus/text_serializer.h>

#include <utility>

#include "host/base/narrow.h"
#include "host/base/process_figures.h"

namespace qr {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;
using Buckets = Histogram::BucketBoundaries;

constexpr std::string_view kOther = "other";
constexpr std::size_t kCodes = static_cast<std::size_t>(Code::out_of_memory) + 1;
constexpr std::array kStatusClasses = {"1xx", "2xx", "3xx", "4xx", "5xx", "other"};

// From a health probe to the default deadline, about three steps a decade.
Buckets request_buckets() {
    return {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
            0.1,    0.25,    0.5,    1,     2.5,    5,     10,   30};
}

// From ten 384-dimensional vectors to millions of pairs.
Buckets score_buckets() {
    return {0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025,
            0.005,   0.01,     0.025,   0.05,   0.1,     0.5,    1,     5};
}

Buckets task_buckets() {
    return {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};
}

Family<Counter>& counters(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

Counter& counter(prometheus::Registry& registry, const char* name, const char* help) {
    return counters(registry, name, help).Add({});
}

Family<Gauge>& gauges(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help) {
    return gauges(registry, name, help).Add({});
}

Family<Histogram>& histograms(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

Histogram& histogram(prometheus::Registry& registry, const char* name, const char* help,
                     const Buckets& buckets) {
    return histograms(registry, name, help).Add({}, buckets);
}

}  // namespace

void RouteMetrics::count(int status, double seconds) {
    const bool is_http = status >= 100 && status < 600;
    requests_[is_http ? narrow<std::size_t>(status / 100 - 1) : requests_.size() - 1]->Increment();
    seconds_->Observe(seconds);
}

Metrics::Metrics(const Labels& labels)
    : http_request_bytes(counter(registry_, "qr_http_request_bytes_total",
                                 "Bytes received in requests, heads included.")),
      http_response_bytes(counter(registry_, "qr_http_response_bytes_total",
                                  "Bytes sent in answers, heads included.")),
      http_connections(gauge(registry_, "qr_http_connections", "Open connections.")),
      http_requests_in_flight(
          gauge(registry_, "qr_http_requests_in_flight", "Requests being answered.")),
      scored_documents(
          counter(registry_, "qr_scored_documents_total", "Documents scored, once per request.")),
      queue_jobs(gauge(registry_, "qr_queue_jobs", "Jobs that wait for the backend.")),
      batch_tasks(histogram(registry_, "qr_batch_tasks", "Jobs scored together in one batch.",
                            task_buckets())),
      queue_wait_seconds(histogram(registry_, "qr_queue_wait_seconds",
                                   "Time a job waited for the backend.", request_buckets())),
      score_seconds(histogram(registry_, "qr_score_seconds", "Time a batch took in the backend.",
                              score_buckets())),
      ready(gauge(registry_, "qr_ready", "1 while the server takes requests, else 0.")),
      log_lines_dropped_(counter(registry_, "qr_log_lines_dropped_total",
                                 "Log lines lost because their reader was too slow.")),
      cpu_seconds_(counter(registry_, "process_cpu_seconds_total",
                           "Total user and system CPU time spent in seconds.")),
      resident_bytes_(
          gauge(registry_, "process_resident_memory_bytes", "Resident memory size in bytes.")),
      virtual_bytes_(
          gauge(registry_, "process_virtual_memory_bytes", "Virtual memory size in bytes.")),
      open_fds_(gauge(registry_, "process_open_fds", "Number of open file descriptors.")),
      max_fds_(gauge(registry_, "process_max_fds", "Maximum number of open file descriptors.")) {
    gauges(registry_, "qr_build_info", "1; the version is in the label.")
        .Add({{"version", std::string(labels.version)}})
        .Set(1);
    gauge(registry_, "process_start_time_seconds",
          "Start time of the process since unix epoch in seconds.")
        .Set(read_process_figures().start_seconds);
    create_routes(labels.routes);
    create_backends(labels.backends);
    create_errors();
}

void Metrics::create_routes(std::span<const std::string> routes) {
    auto& requests = counters(registry_, "qr_http_requests_total", "Requests answered.");
    auto& seconds =
        histograms(registry_, "qr_http_request_seconds",
                   "From the first byte of a request's head to the last byte of its answer.");
    const auto create = [&](const std::string& route) {
        std::array<Counter*, kStatusClasses.size()> by_class{};
        for (std::size_t i = 0; i < by_class.size(); ++i)
            by_class[i] = &requests.Add({{"route", route}, {"status", kStatusClasses[i]}});
        routes_.emplace_back(route, by_class, seconds.Add({{"route", route}}, request_buckets()));
    };
    for (const std::string& route : routes)
        create(route);
    create(std::string(kOther));
}

void Metrics::create_backends(std::span<const std::string> backends) {
    auto& pairs = counters(registry_, "qr_scored_pairs_total",
                           "Query-document pairs scored, by the backend that did it.");
    for (const std::string& backend : backends)
        scored_pairs_.emplace_back(backend, &pairs.Add({{"backend", backend}}));
    scored_pairs_.emplace_back(kOther, &pairs.Add({{"backend", std::string(kOther)}}));
}

void Metrics::create_errors() {
    auto& errors = counters(registry_, "qr_errors_total", "Errors answered, by their code.");
    for (std::size_t i = 0; i < kCodes; ++i)
        errors_.push_back(&errors.Add({{"code", std::string(to_string(static_cast<Code>(i)))}}));
}

RouteMetrics& Metrics::route(std::string_view pattern) {
    for (RouteMetrics& candidate : routes_) {
        if (candidate.route() == pattern) return candidate;
    }
    return routes_.back();
}

Counter& Metrics::scored_pairs(std::string_view backend) {
    for (const auto& [name, series] : scored_pairs_) {
        if (name == backend) return *series;
    }
    return *scored_pairs_.back().second;
}

void Metrics::set_log_lines_dropped(std::uint64_t total) {
    const std::lock_guard lock(scrape_);
    log_lines_dropped_.Increment(static_cast<double>(total) - log_lines_dropped_.Value());
}

void Metrics::read_process() {
    const ProcessFigures figures = read_process_figures();
    cpu_seconds_.Increment(figures.cpu_seconds - cpu_seconds_.Value());
    resident_bytes_.Set(figures.resident_bytes);
    virtual_bytes_.Set(figures.virtual_bytes);
    open_fds_.Set(figures.open_fds);
    max_fds_.Set(figures.max_fds);
}

std::string Metrics::serialize() {
    const std::lock_guard lock(scrape_);
    read_process();
    return prometheus::TextSerializer().Serialize(registry_.Collect());
}

}  // namespace qr
