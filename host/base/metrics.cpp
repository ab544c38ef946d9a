#include "host/base/metrics.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>
#include <variant>

#include <prometheus/text_serializer.h>

#include "host/base/narrow.h"
#include "host/base/process_figures.h"

namespace qr {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

constexpr std::size_t kCodes = static_cast<std::size_t>(Code::out_of_memory) + 1;

std::vector<std::string> with_other(std::span<const std::string> names) {
    std::vector<std::string> values(names.begin(), names.end());
    values.emplace_back(kOtherLabel);
    return values;
}

std::vector<std::string> numbers_below(std::size_t count) {
    std::vector<std::string> values;
    for (std::size_t i = 0; i < count; ++i)
        values.push_back(std::to_string(i));
    return values;
}

std::vector<std::string> code_words() {
    std::vector<std::string> values;
    for (std::size_t i = 0; i < kCodes; ++i)
        values.emplace_back(to_string(static_cast<Code>(i)));
    return values;
}

// Some figures are kept elsewhere as totals; a counter only ever grows to meet them.
void raise(Counter& counter, double total) {
    counter.Increment(total - counter.Value());
}

}  // namespace

// The table's families, registered, every series made.
class Metrics::Families {
  public:
    explicit Families(const Labels& labels) : labels_(labels) {
        QR_CHECK(labels.lanes <= kLanesMax);
        for (const MetricFamily& family : metric_families()) {
            if (!is_handed_over(family)) create(family);
        }
    }

    // One series of a family whose labels have these values, in the table's order.
    template <class Series>
    Series& series(std::string_view name, const std::vector<std::string>& values = {}) {
        const Entry& entry = entries_.at(name);
        return add<Series>(*entry.family, *std::get<Family<Series>*>(entry.registered), values);
    }

    // A family by the values of its last label, the label before it fixed.
    template <class Series>
    Labelled<Series> by_label(std::string_view name, std::vector<std::string> values = {}) {
        Labelled<Series> labelled;
        const MetricLabel& label = entries_.at(name).family->labels.at(values.size());
        for (const std::string& value : values_of(label)) {
            values.push_back(value);
            labelled.add(value, series<Series>(name, values));
            values.pop_back();
        }
        return labelled;
    }

    std::vector<prometheus::MetricFamily> collect() const { return registry_.Collect(); }

  private:
    struct Entry {
        const MetricFamily* family;
        std::variant<Family<Counter>*, Family<Gauge>*, Family<Histogram>*> registered;
    };

    void create(const MetricFamily& family) {
        switch (family.type) {
            case MetricType::counter:
                return create<Counter>(family, prometheus::BuildCounter());
            case MetricType::gauge:
                return create<Gauge>(family, prometheus::BuildGauge());
            case MetricType::histogram:
                return create<Histogram>(family, prometheus::BuildHistogram());
        }
    }

    template <class Series, class Builder>
    void create(const MetricFamily& family, Builder builder) {
        Family<Series>& made = builder.Name(std::string(family.name))
                                   .Help(std::string(family.help))
                                   .Register(registry_);
        entries_.emplace(family.name, Entry{&family, &made});
        create_series<Series>(family, made, {});
    }

    // Every combination of the labels' values.
    template <class Series>
    void create_series(const MetricFamily& family, Family<Series>& made,
                       std::vector<std::string> values) {
        if (values.size() == family.labels.size() || family.labels[values.size()].name.empty()) {
            add<Series>(family, made, values);
            return;
        }
        for (const std::string& value : values_of(family.labels[values.size()])) {
            values.push_back(value);
            create_series<Series>(family, made, values);
            values.pop_back();
        }
    }

    template <class Series>
    static Series& add(const MetricFamily& family, Family<Series>& made,
                       const std::vector<std::string>& values) {
        prometheus::Labels labels;
        for (std::size_t i = 0; i < values.size(); ++i)
            labels.emplace(family.labels.at(i).name, values[i]);
        if constexpr (std::is_same_v<Series, Histogram>) {
            return made.Add(
                labels, Histogram::BucketBoundaries(family.buckets.begin(), family.buckets.end()));
        } else {
            return made.Add(labels);
        }
    }

    std::vector<std::string> values_of(const MetricLabel& label) const {
        switch (label.source) {
            case LabelSource::listed:
                return {label.values.begin(), label.values.end()};
            case LabelSource::routes:
                return with_other(labels_.routes);
            case LabelSource::backends:
                return with_other(labels_.backends);
            case LabelSource::lanes:
                return numbers_below(labels_.lanes);
            case LabelSource::codes:
                return code_words();
            case LabelSource::devices:
            case LabelSource::uuids:
                QR_CHECK(label.source == LabelSource::version);  // handed over: no series here
                break;
            case LabelSource::version:
                break;
        }
        return {std::string(labels_.version)};
    }

    Labels labels_;  // borrowed: used while Metrics is constructed, never after
    prometheus::Registry registry_;
    std::map<std::string_view, Entry> entries_;
};

void RouteMetrics::count(int status, double seconds) {
    const bool is_http = status >= 100 && status < 600;
    requests_[is_http ? narrow<std::size_t>(status / 100 - 1) : requests_.size() - 1].Increment();
    seconds_->Observe(seconds);
}

Metrics::Metrics(const Labels& labels)
    : families_(std::make_unique<Families>(labels)),
      errors_(families_->by_label<Counter>("qr_errors_total")),
      stages_(families_->by_label<Histogram>("qr_stage_seconds")),
      lane_busy_seconds_(families_->by_label<Counter>("qr_lane_busy_seconds_total")),
      lane_busy_(families_->by_label<Gauge>("qr_lane_busy")),
      health_state_(families_->by_label<Gauge>("qr_health_state")),
      http_request_bytes(families_->series<Counter>("qr_http_request_bytes_total")),
      http_response_bytes(families_->series<Counter>("qr_http_response_bytes_total")),
      http_connections(families_->series<Gauge>("qr_http_connections")),
      http_requests_in_flight(families_->series<Gauge>("qr_http_requests_in_flight")),
      admission_jobs(families_->series<Gauge>("qr_admission_jobs")),
      admission_rows(families_->series<Gauge>("qr_admission_rows")),
      admission_bytes(families_->series<Gauge>("qr_admission_bytes")),
      admission_jobs_limit(families_->series<Gauge>("qr_admission_jobs_limit")),
      admission_rows_limit(families_->series<Gauge>("qr_admission_rows_limit")),
      admission_bytes_limit(families_->series<Gauge>("qr_admission_bytes_limit")),
      admission_refusals(families_->by_label<Counter>("qr_admission_refusals_total")),
      queue_jobs(families_->series<Gauge>("qr_queue_jobs")),
      queue_rows(families_->series<Gauge>("qr_queue_rows")),
      queue_wait_seconds(families_->series<Histogram>("qr_queue_wait_seconds")),
      jobs_unscored(families_->by_label<Counter>("qr_jobs_unscored_total")),
      encoder_calls(families_->series<Counter>("qr_encoder_calls_total")),
      encoder_failed_calls(families_->series<Counter>("qr_encoder_failed_calls_total")),
      encoder_repeated_calls(families_->series<Counter>("qr_encoder_repeated_calls_total")),
      encoder_cache_hits(families_->series<Counter>("qr_encoder_cache_hits_total")),
      encoder_cache_misses(families_->series<Counter>("qr_encoder_cache_misses_total")),
      encoder_cache_bytes(families_->series<Gauge>("qr_encoder_cache_bytes")),
      encoder_waiting_texts(families_->series<Gauge>("qr_encoder_waiting_texts")),
      encoder_shut_off(families_->series<Gauge>("qr_encoder_shut_off")),
      collections(bind_collections()),
      batch_jobs(families_->series<Histogram>("qr_batch_jobs")),
      batch_rows(families_->series<Histogram>("qr_batch_rows")),
      scored_documents(families_->series<Counter>("qr_scored_documents_total")),
      slices_dropped(families_->series<Counter>("qr_slices_dropped_total")),
      staging_bytes(families_->series<Gauge>("qr_staging_bytes")),
      staging_bytes_limit(families_->series<Gauge>("qr_staging_bytes_limit")),
      staging_misses(families_->series<Counter>("qr_staging_misses_total")),
      ready(families_->series<Gauge>("qr_ready")),
      degraded(families_->series<Gauge>("qr_degraded")),
      failovers(families_->by_label<Counter>("qr_failovers_total")),
      heartbeat_age_seconds(families_->series<Gauge>("qr_heartbeat_age_seconds")),
      config_reloads(families_->by_label<Counter>("qr_config_reloads_total")),
      log_lines_dropped_(families_->series<Counter>("qr_log_lines_dropped_total")),
      cpu_seconds_(families_->series<Counter>("process_cpu_seconds_total")),
      resident_bytes_(families_->series<Gauge>("process_resident_memory_bytes")),
      virtual_bytes_(families_->series<Gauge>("process_virtual_memory_bytes")),
      open_fds_(families_->series<Gauge>("process_open_fds")),
      max_fds_(families_->series<Gauge>("process_max_fds")) {
    families_->series<Gauge>("qr_build_info", {std::string(labels.version)}).Set(1);
    families_->series<Gauge>("process_start_time_seconds")
        .Set(read_process_figures().start_seconds);
    bind_routes(labels.routes);
    bind_backends(labels.backends);
    bind_routers();
    set_health_state("starting");
}

Metrics::~Metrics() = default;

void Metrics::bind_routes(std::span<const std::string> routes) {
    for (const std::string& route : with_other(routes))
        routes_.emplace_back(route, families_->by_label<Counter>("qr_http_requests_total", {route}),
                             families_->series<Histogram>("qr_http_request_seconds", {route}));
}

void Metrics::bind_backends(std::span<const std::string> backends) {
    for (const std::string& name : with_other(backends)) {
        backends_.push_back(
            {.name = name,
             .scored_pairs = families_->series<Counter>("qr_scored_pairs_total", {name}),
             .batch_seconds = families_->series<Histogram>("qr_batch_seconds", {name}),
             .batches_failed = families_->by_label<Counter>("qr_batches_failed_total", {name}),
             .canaries = families_->by_label<Counter>("qr_canaries_total", {name}),
             .canary_seconds = families_->series<Histogram>("qr_canary_seconds", {name}),
             .canary_last_pass_seconds =
                 families_->series<Gauge>("qr_canary_last_pass_timestamp_seconds", {name})});
    }
}

CollectionMetrics Metrics::bind_collections() const {
    Families& all = *families_;
    return {.count = all.by_label<Gauge>("qr_collections"),
            .documents = all.series<Gauge>("qr_collection_documents"),
            .missing_documents = all.series<Gauge>("qr_collection_missing_documents"),
            .deleted_rows = all.series<Gauge>("qr_collection_deleted_rows"),
            .memory_bytes = all.series<Gauge>("qr_collection_memory_bytes"),
            .work_waiting = all.series<Gauge>("qr_collection_work_waiting"),
            .searches_waiting = all.series<Gauge>("qr_search_waiting"),
            .pass_seconds = all.series<Histogram>("qr_search_pass_seconds"),
            .pass_queries = all.series<Histogram>("qr_search_pass_queries"),
            .rows = all.series<Counter>("qr_search_rows_total"),
            .rescored = all.series<Counter>("qr_search_rescored_total"),
            .retries = all.series<Counter>("qr_search_retries_total"),
            .unanswered = all.by_label<Counter>("qr_search_unanswered_total"),
            .store_bytes = all.series<Gauge>("qr_store_bytes"),
            .store_writable = all.series<Gauge>("qr_store_writable"),
            .store_commits = all.series<Counter>("qr_store_commits_total"),
            .store_syncs = all.series<Counter>("qr_store_syncs_total")};
}

void Metrics::bind_routers() {
    const auto drifts = families_->by_label<Gauge>("qr_router_drift_ratio");
    for (std::size_t i = 0; i < drifts.size(); ++i) {
        const std::string& side = drifts.value(i);
        routers_.push_back(
            {.side = side,
             .decisions = families_->by_label<Counter>("qr_router_decisions_total", {side}),
             .estimated_seconds =
                 families_->series<Counter>("qr_router_estimated_seconds_total", {side}),
             .actual_seconds = families_->series<Counter>("qr_router_actual_seconds_total", {side}),
             .cost_seconds = families_->by_label<Gauge>("qr_router_cost_seconds", {side}),
             .drift_ratio = drifts[i]});
    }
}

RouteMetrics& Metrics::route(std::string_view pattern) {
    for (RouteMetrics& candidate : routes_) {
        if (candidate.route() == pattern) return candidate;
    }
    return routes_.back();
}

BackendMetrics& Metrics::backend(std::string_view name) {
    for (BackendMetrics& candidate : backends_) {
        if (candidate.name == name) return candidate;
    }
    return backends_.back();
}

RouterMetrics& Metrics::router(std::string_view side) {
    const auto found = std::ranges::find(routers_, side, &RouterMetrics::side);
    QR_CHECK(found != routers_.end());
    return *found;
}

void Metrics::set_total(Counter& counter, double total) {
    const std::lock_guard lock(scrape_);
    raise(counter, total);
}

void Metrics::set_log_lines_dropped(std::uint64_t total) {
    set_total(log_lines_dropped_, static_cast<double>(total));
}

void Metrics::set_lane(std::size_t lane, double busy_seconds_total, bool is_busy) {
    if (lane >= lane_busy_.size()) return;
    const std::lock_guard lock(scrape_);
    raise(lane_busy_seconds_[lane], busy_seconds_total);
    lane_busy_[lane].Set(is_busy ? 1 : 0);
}

void Metrics::set_samples(std::string_view family, std::vector<MetricSample> samples) {
    const std::lock_guard lock(scrape_);
    samples_.set(family, std::move(samples));
}

void Metrics::set_health_state(std::string_view state) {
    const Gauge& entered = health_state_.at(state);
    const std::lock_guard lock(scrape_);
    for (std::size_t i = 0; i < health_state_.size(); ++i)
        health_state_[i].Set(&health_state_[i] == &entered ? 1 : 0);
}

void Metrics::read_process() {
    const ProcessFigures figures = read_process_figures();
    raise(cpu_seconds_, figures.cpu_seconds);
    resident_bytes_.Set(figures.resident_bytes);
    virtual_bytes_.Set(figures.virtual_bytes);
    open_fds_.Set(figures.open_fds);
    max_fds_.Set(figures.max_fds);
}

std::string Metrics::serialize() {
    const std::lock_guard lock(scrape_);
    read_process();
    std::vector<prometheus::MetricFamily> all = families_->collect();
    std::ranges::move(samples_.collect(), std::back_inserter(all));
    return prometheus::TextSerializer().Serialize(all);
}

}  // namespace qr
