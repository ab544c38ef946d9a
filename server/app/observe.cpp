// What the app sees of itself: batches and changes of health as they pass, and what /health and
// /metrics show of the rest.
#include <algorithm>
#include <chrono>

#include "host/base/wall_clock.h"
#include "server/app/app.h"
#include "server/app/device_metrics.h"
#include "server/app/show_collections.h"
#include "server/app/show_routing.h"

namespace qr {
namespace {

LogLevel level_of(HealthState state) {
    switch (state) {
        case HealthState::failing:
            return LogLevel::error;
        case HealthState::degraded:
            return LogLevel::warn;
        default:
            return LogLevel::info;
    }
}

LogLevel level_of(const DeviceNews& news) {
    const bool is_error =
        news.kind == DeviceNewsKind::xid || news.kind == DeviceNewsKind::ecc_uncorrected;
    return is_error && news.is_critical               ? LogLevel::error
           : news.kind == DeviceNewsKind::unthrottled ? LogLevel::info
                                                      : LogLevel::warn;
}

Event event_of(const DeviceNews& news) {
    if (news.kind == DeviceNewsKind::throttled) return Event::device_throttled;
    if (news.kind == DeviceNewsKind::unthrottled) return Event::device_unthrottled;
    return Event::device_error;
}

}  // namespace

void App::on_batch(const BatchReport& report) noexcept {
    health_->note_batch(report.backend, report.failed);
    BackendMetrics& backend = metrics_->backend(report.backend);
    metrics_->slices_dropped.Increment(static_cast<double>(report.dropped));
    if (report.failed) return backend.batches_failed.at(to_string(*report.failed)).Increment();
    metrics_->batch_jobs.Observe(static_cast<double>(report.jobs));
    metrics_->batch_rows.Observe(static_cast<double>(report.rows));
    metrics_->scored_documents.Increment(static_cast<double>(report.rows));
    backend.batch_seconds.Observe(in_seconds(report.scored));
    backend.scored_pairs.Increment(static_cast<double>(report.pairs));
}

void App::on_pass(const PassReport& report) noexcept {
    show_pass(report, *metrics_);
}

void App::on_unsearched(Code why) noexcept {
    metrics_->collections.unanswered.at(to_string(why)).Increment();
}

void App::on_unscored(Code why) noexcept {
    metrics_->jobs_unscored.at(to_string(why)).Increment();
}

HealthWatch::Hooks App::health_hooks(std::function<void(const EndOfProcess&)> end_process) {
    return {.loop_pulses = [this] { return server_->loop_pulses(); },
            .on_change = [this](const HealthReport& report) { on_health(report); },
            .on_canary = [this](std::string_view backend,
                                const CanaryResult& result) { on_canary(backend, result); },
            .on_device = [this](const DeviceNews& news) { on_device(news); },
            .end_process = std::move(end_process)};
}

void App::on_health(const HealthReport& report) {
    metrics_->set_health_state(to_string(report.state));
    metrics_->degraded.Set(report.state == HealthState::degraded ? 1 : 0);
    LogLine line = log_.line(level_of(report.state), Event::health_changed);
    line.text("state", to_string(report.state)).text("message", report.reason);
    log_.write(std::move(line));
}

void App::on_failover(const FailoverStatus& status) {
    health_->wake();
    const bool is_serving = status.state == PrimaryState::serving;
    LogLine line = log_.line(is_serving ? LogLevel::info : LogLevel::warn,
                             is_serving ? Event::device_recovered : Event::device_lost);
    line.text("state", to_string(status.state));
    if (status.reason) line.text("reason", to_string(*status.reason));
    line.text("message", status.message);
    log_.write(std::move(line));
}

void App::on_canary(std::string_view backend, const CanaryResult& result) {
    BackendMetrics& metrics = metrics_->backend(backend);
    metrics.canaries.at(to_string(result.outcome)).Increment();
    if (result.outcome == CanaryOutcome::overdue) return;
    metrics.canary_seconds.Observe(result.microseconds * 1e-6);
    if (result.outcome != CanaryOutcome::passed) return;
    metrics.canary_last_pass_seconds.Set(seconds_since_1970());
}

void App::on_device(const DeviceNews& news) {
    LogLine line = log_.line(level_of(news), event_of(news));
    line.number("device", std::uint64_t{news.device}).text("uuid", news.uuid);
    if (news.xid) line.number("xid", std::uint64_t{*news.xid});
    if (news.count > 0) line.number("count", news.count);
    if (!news.message.empty()) line.text("message", news.message);
    log_.write(std::move(line));
}

// A draft that another server is still writing is none of an operator's worries.
void App::report_drafts(const DraftSweep& sweep) {
    const auto report = [this](Event event, const std::vector<std::string>& drafts) {
        for (const std::string& draft : drafts) {
            LogLine line = log_.line(LogLevel::info, event);
            line.text("snapshot", draft);
            log_.write(std::move(line));
        }
    };
    report(Event::draft_removed, sweep.removed);
    report(Event::draft_kept, sweep.kept);
}

// On the catalog's thread. Damage is named: the first of it here, more in the collection itself.
void App::report_loaded(const CollectionInfo& info) {
    const bool has_failed = info.state == CollectionState::failed;
    const bool is_damaged = info.missing > 0 || !info.damage.empty();
    LogLine line = log_.line(has_failed || is_damaged ? LogLevel::warn : LogLevel::info,
                             has_failed   ? Event::collection_failed
                             : is_damaged ? Event::collection_damaged
                                          : Event::collection_loaded);
    line.text("collection", info.name).number("documents", info.documents);
    if (has_failed) line.text("message", info.why);
    if (is_damaged) line.number("missing", info.missing);
    if (!info.damage.empty()) line.text("damage", info.damage.front());
    log_.write(std::move(line));
}

// Null also while the thread that starts the server may still be opening them.
const CollectionsPart* App::collections_now() const {
    return health_->state() == HealthState::starting ? nullptr : collections_.get();
}

Readiness App::readiness(std::size_t shed_percent) const {
    const AdmissionFigures admitted = admission_.figures();
    const HealthState state = health_->state();
    const Occupancy occupancy{.places_in_use = admitted.jobs,
                              .places_max = admitted.limits.jobs_max};
    const CollectionsPart* const collections = collections_now();
    const bool is_loading = collections != nullptr && !collections->is_loaded();
    return {.state = state,
            .is_ready = is_ready(state, occupancy, shed_percent) && !is_loading,
            .is_loading = is_loading};
}

HealthSnapshot App::snapshot() const {
    HealthSnapshot snapshot{.now = clock_.now(),
                            .started = started_,
                            .connections = server_->connections(),
                            .requests_in_flight = server_->requests_in_flight(),
                            .admitted = admission_.figures(),
                            .health = health_->report()};
    if (snapshot.health.backends.empty()) return snapshot;
    if (collections_ != nullptr) {
        CollectionsFigures figures = collections_->figures();
        snapshot.collections = std::move(figures.collections);
        snapshot.store = std::move(figures.store);
    }
    snapshot.batcher = scoring_->batcher.status();
    snapshot.capabilities = scoring_->backend->capabilities();
    snapshot.self_test = scoring_->self_test;
    snapshot.devices = scoring_->backend->devices();
    if (scoring_->failover) snapshot.health.failover = scoring_->failover->status();
    return snapshot;
}

std::string App::scrape() {
    metrics_->http_connections.Set(static_cast<double>(server_->connections()));
    metrics_->http_requests_in_flight.Set(static_cast<double>(server_->requests_in_flight()));
    metrics_->set_log_lines_dropped(log_.dropped_lines());
    const AdmissionFigures admitted = admission_.figures();
    metrics_->admission_jobs.Set(static_cast<double>(admitted.jobs));
    metrics_->admission_rows.Set(static_cast<double>(admitted.rows));
    metrics_->admission_bytes.Set(static_cast<double>(admitted.bytes));
    metrics_->admission_jobs_limit.Set(static_cast<double>(admitted.limits.jobs_max));
    metrics_->admission_rows_limit.Set(static_cast<double>(admitted.limits.rows_max));
    metrics_->admission_bytes_limit.Set(static_cast<double>(admitted.limits.bytes_max));
    for (std::size_t i = 0; i < kRefusalReasons; ++i) {
        const std::string_view reason = to_string(static_cast<RefusalReason>(i));
        metrics_->set_total(metrics_->admission_refusals.at(reason),
                            static_cast<double>(admitted.refused[i]));
    }
    metrics_->ready.Set(readiness(settings_.get()->shed_percent).is_ready ? 1 : 0);
    scrape_encoder();
    if (const auto* const collections = collections_now()) {
        show_collections(collections->figures(), *metrics_);
    }
    scrape_scoring();
    return metrics_->serialize();
}

void App::scrape_encoder() {
    if (encoder_ == nullptr) return;
    const EncoderFigures totals = encoder_->totals();
    Metrics& metrics = *metrics_;
    const auto set = [&metrics](prometheus::Counter& counter, std::uint64_t total) {
        metrics.set_total(counter, static_cast<double>(total));
    };
    set(metrics.encoder_calls, totals.calls);
    set(metrics.encoder_failed_calls, totals.failed_calls);
    set(metrics.encoder_repeated_calls, totals.repeated_calls);
    set(metrics.encoder_cache_hits, totals.cache_hits);
    set(metrics.encoder_cache_misses, totals.cache_misses);
    metrics.encoder_cache_bytes.Set(static_cast<double>(totals.cache_bytes));
    metrics.encoder_waiting_texts.Set(static_cast<double>(totals.waiting_texts));
    metrics.encoder_shut_off.Set(totals.is_shut_off ? 1 : 0);
}

void App::scrape_scoring() {
    if (health_->report().backends.empty()) return;
    const TimePoint now = clock_.now();
    const BatcherStatus batcher = scoring_->batcher.status();
    metrics_->queue_jobs.Set(static_cast<double>(batcher.waiting_jobs));
    metrics_->queue_rows.Set(static_cast<double>(batcher.waiting_rows));
    Duration oldest{};
    for (std::size_t i = 0; i < batcher.lanes.size(); ++i) {
        const LaneStatus& lane = batcher.lanes[i];
        metrics_->set_lane(i, in_seconds(lane.busy), lane.busy_since.has_value());
        if (lane.busy_since) oldest = std::max(oldest, now - *lane.busy_since);
    }
    for (const TimePoint pulse : server_->loop_pulses())
        oldest = std::max(oldest, now - pulse);
    metrics_->heartbeat_age_seconds.Set(in_seconds(oldest));
    show_devices(*metrics_, scoring_->backend->devices(), now);
    show_staging(buffers_.staging(), *metrics_);
    if (scoring_->routed) show_routing(scoring_->routed->status(), *metrics_);
    if (!scoring_->failover) return;
    const FailoverStatus failover = scoring_->failover->status();
    for (std::size_t i = 0; i < kFailoverReasons; ++i) {
        const std::string_view reason = to_string(static_cast<FailoverReason>(i));
        metrics_->set_total(metrics_->failovers.at(reason),
                            static_cast<double>(failover.failovers[i]));
    }
}

}  // namespace qr
