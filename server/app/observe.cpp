// What the app sees of itself: batches as they pass, and what health and metrics show of the rest.
#include "server/app/app.h"

namespace qr {

void App::on_batch(const BatchReport& report) noexcept {
    BackendMetrics& backend = metrics_->backend(report.backend);
    metrics_->slices_dropped.Increment(static_cast<double>(report.dropped));
    if (report.failed) return backend.batches_failed.at(to_string(*report.failed)).Increment();
    metrics_->batch_jobs.Observe(static_cast<double>(report.jobs));
    metrics_->batch_rows.Observe(static_cast<double>(report.rows));
    metrics_->scored_documents.Increment(static_cast<double>(report.rows));
    backend.batch_seconds.Observe(std::chrono::duration<double>(report.scored).count());
    backend.scored_pairs.Increment(static_cast<double>(report.pairs));
}

void App::on_unscored(Code why) noexcept {
    metrics_->jobs_unscored.at(to_string(why)).Increment();
}

HealthSnapshot App::snapshot() const {
    HealthSnapshot snapshot{.state = state_.get(),
                            .uptime = clock_.now() - started_,
                            .connections = server_->connections(),
                            .requests_in_flight = server_->requests_in_flight()};
    if (snapshot.state == State::starting || scoring_ == nullptr) return snapshot;
    snapshot.queue_jobs = scoring_->batcher.status().waiting_jobs;
    snapshot.backend = {.name = std::string(scoring_->backend->name()),
                        .capabilities = scoring_->backend->capabilities(),
                        .self_test = scoring_->self_test};
    return snapshot;
}

std::string App::scrape() {
    metrics_->http_connections.Set(static_cast<double>(server_->connections()));
    metrics_->http_requests_in_flight.Set(static_cast<double>(server_->requests_in_flight()));
    const bool has_queue = state_.get() != State::starting && scoring_ != nullptr;
    metrics_->queue_jobs.Set(
        has_queue ? static_cast<double>(scoring_->batcher.status().waiting_jobs) : 0);
    metrics_->set_log_lines_dropped(log_.dropped_lines());
    return metrics_->serialize();
}

}  // namespace qr
