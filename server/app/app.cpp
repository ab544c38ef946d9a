#include "server/app/app.h"

#include <algorithm>
#include <string_view>
#include <thread>
#include <utility>

#include "host/backend/backends.h"
#include "host/base/version.h"
#include "server/app/request_limits.h"
#include "server/handlers/respond.h"

namespace qr {
namespace {

constexpr std::size_t kIoThreadsMax = 8;

std::size_t io_threads_of(const Config& config) {
    if (config.io_threads > 0) return config.io_threads;
    const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
    return std::min(cores, kIoThreadsMax);
}

http::Limits http_limits_of(const Config& config) {
    return {.head_bytes_max = config.head_bytes_max,
            .fields_max = config.fields_max,
            .body_bytes_max = config.payload_limit,
            .expansion_ratio_max = config.expansion_ratio_max,
            .connections_max = config.connections_max,
            .head_timeout = config.head_timeout,
            .idle_timeout = config.idle_timeout,
            .read_timeout = config.read_timeout,
            .write_timeout = config.write_timeout,
            .rate_min_bytes_per_s = config.rate_min_bytes_per_s,
            .rate_grace = config.rate_grace};
}

BatcherLimits batcher_limits_of(const Config& config) {
    return {.jobs_max = config.max_concurrent_requests,
            .delay_max = std::chrono::microseconds(config.queue_delay_max_us)};
}

std::vector<std::string> patterns_of(const http::Router& router) {
    std::vector<std::string> patterns;
    for (const http::Route& route : router.routes())
        patterns.push_back(route.pattern);
    return patterns;
}

std::vector<std::string> backend_names() {
    std::vector<std::string> names;
    for (const BackendEntry& entry : backends())
        names.emplace_back(entry.name);
    return names;
}

}  // namespace

struct App::Scoring {
    std::unique_ptr<FidelityBackend> backend;
    SelfTestReport self_test;
    std::unique_ptr<Batcher> batcher;
    std::unique_ptr<Services> services;
};

App::App(const Config& config, Log& log)
    : config_(config),
      log_(log),
      started_(clock_.now()),
      authenticator_(config.api_key),
      cors_(config.cors_allow_origin),
      buffers_(config.cached_bytes_max) {
    add_routes();
    const std::vector<std::string> patterns = patterns_of(router_);
    const std::vector<std::string> names = backend_names();
    metrics_ = std::make_unique<Metrics>(
        Metrics::Labels{.version = version(), .routes = patterns, .backends = names});
    server_ = std::make_unique<http::Server>(*this, clock_, buffers_, http_limits_of(config),
                                             io_threads_of(config));
}

App::~App() {
    stop();
}

Result<void> App::listen() {
    return server_->listen(config_.hostname, config_.port);
}

Result<void> App::load_backend() {
    auto scoring = std::make_unique<Scoring>();
    const BackendOptions options{.threads = config_.backend_threads};
    Result<std::unique_ptr<FidelityBackend>> backend = make_backend(config_.backend, options);
    if (!backend.ok()) return state_.set(State::failing), backend.error();
    const Result<SelfTestReport> report = self_test(**backend);
    if (!report.ok()) return state_.set(State::failing), report.error();

    scoring->backend = std::move(*backend);
    scoring->self_test = *report;
    scoring->batcher =
        std::make_unique<Batcher>(*scoring->backend, clock_, batcher_limits_of(config_), this);
    scoring->services =
        std::make_unique<Services>(Services{.clock = clock_,
                                            .buffers = buffers_,
                                            .batcher = *scoring->batcher,
                                            .metrics = *metrics_,
                                            .rerank_limits = rerank_limits_of(config_),
                                            .parse_limits = parse_limits_of(config_),
                                            .default_timeout = config_.default_timeout});
    scoring_ = std::move(scoring);
    state_.set(State::ready);
    metrics_->ready.Set(1);

    const BackendCapabilities can = scoring_->backend->capabilities();
    LogLine line = log_.line(LogLevel::info, Event::backend_ready);
    line.text("backend", scoring_->backend->name()).text("device", can.device);
    line.text("instruction_set", can.instruction_set);
    line.number("threads", std::uint64_t{can.threads});
    log_.write(std::move(line));
    return {};
}

void App::begin_drain() {
    state_.set(State::draining);
    metrics_->ready.Set(0);
}

bool App::drain(std::chrono::milliseconds slice) {
    return server_->drain(slice);
}

void App::stop() {
    if (scoring_ != nullptr) scoring_->batcher->stop();
    server_->stop();
}

const Services* App::services() const {
    return scoring_->services.get();
}

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
    snapshot.queue_jobs = scoring_->batcher->status().waiting_jobs;
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
        has_queue ? static_cast<double>(scoring_->batcher->status().waiting_jobs) : 0);
    metrics_->set_log_lines_dropped(log_.dropped_lines());
    return metrics_->serialize();
}

}  // namespace qr
