#include "server/app/app.h"

#include <algorithm>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "host/backend/backends.h"
#include "host/base/version.h"

namespace qr {
namespace {

constexpr std::size_t kIoThreadsMax = 8;
// Metrics are laid out before the backend is known.
constexpr std::size_t kLanesShown = 8;

std::size_t io_threads_of(const Config& config) {
    if (config.io_threads > 0) return config.io_threads;
    const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
    return std::min(cores, kIoThreadsMax);
}

http::Limits http_limits_of(const Config& config) {
    return {.head_bytes_max = config.head_bytes_max,
            .fields_max = config.fields_max,
            .body_bytes_max = config.payload_limit,
            .stream_bytes_max = config.stream_bytes_max,
            .expansion_ratio_max = config.expansion_ratio_max,
            .connections_max = config.connections_max,
            .head_timeout = config.head_timeout,
            .idle_timeout = config.idle_timeout,
            .read_timeout = config.read_timeout,
            .write_timeout = config.write_timeout,
            .rate_min_bytes_per_s = config.rate_min_bytes_per_s,
            .rate_grace = config.rate_grace};
}

HealthLimits health_limits_of(const Config& config) {
    return health_limits(
        config.canary_interval, config.backend_timeout, config.watchdog_timeout,
        config.on_gpu_loss == "exit" ? GpuLossAction::exit : GpuLossAction::degrade);
}

std::vector<std::string> patterns_of(const http::Router& router) {
    std::vector<std::string> patterns;
    for (const http::Route& route : router.routes())
        patterns.push_back(route.pattern);
    return patterns;
}

std::vector<std::string> names_of(std::span<const BackendEntry> entries) {
    std::vector<std::string> names;
    for (const BackendEntry& entry : entries)
        names.emplace_back(entry.name);
    return names;
}

}  // namespace

App::App(const Config& config, Log& log, AppOptions options)
    : config_(config),
      log_(log),
      started_(clock_.now()),
      entries_(options.backends),
      make_encoder_(std::move(options.make_encoder)),
      open_collections_(std::move(options.open_collections)),
      service_manager_(options.service_manager),
      settings_(config),
      admission_(clock_, admission_limits_of(config)),
      buffers_(config.cached_bytes_max) {
    add_routes();
    const std::vector<std::string> patterns = patterns_of(router_);
    const std::vector<std::string> names = names_of(entries_);
    metrics_ = std::make_unique<Metrics>(Metrics::Labels{
        .version = version(), .routes = patterns, .backends = names, .lanes = kLanesShown});
    metrics_->set_health_state(to_string(HealthState::starting));
    server_ = std::make_unique<http::Server>(*this, clock_, buffers_, http_limits_of(config),
                                             io_threads_of(config));
    health_ = std::make_unique<HealthWatch>(
        clock_, service_manager_,
        HealthWatch::Options{.limits = health_limits_of(config),
                             .canary_interval = config.canary_interval},
        health_hooks(std::move(options.end_process)));
}

App::~App() {
    stop();
}

Result<void> App::listen() {
    return server_->listen(config_.hostname, config_.port);
}

Result<void> App::load_encoder() {
    if (make_encoder_ == nullptr) return {};
    Result<std::unique_ptr<Encoder>> made = make_encoder_(config_, clock_, buffers_);
    if (!made.ok()) return std::move(made).error();
    encoder_ = *std::move(made);
    if (encoder_ == nullptr) return {};
    const EncoderInfo info = encoder_->info();
    LogLine line = log_.line(LogLevel::info, Event::encoder_ready);
    line.text("encoder", info.name).text("kind", info.kind).text("digest", info.digest);
    line.number("dimension", std::uint64_t{info.dimension});
    log_.write(std::move(line));
    return {};
}

Result<void> App::load_collections() {
    if (open_collections_ == nullptr) return {};
    const auto on_loaded = [this](const CollectionInfo& info) { report_loaded(info); };
    Result<OpenedCollections> opened = open_collections_(config_, on_loaded);
    if (!opened.ok()) return std::move(opened).error();
    if (opened->catalog == nullptr) return {};
    report_drafts(opened->drafts);
    collections_ = std::make_unique<CollectionsPart>(*std::move(opened), config_, clock_, *this);
    const EngineCapabilities can = collections_->engine().capabilities();
    LogLine line = log_.line(LogLevel::info, Event::collections_ready);
    line.text("engine", collections_->engine().name()).text("device", can.device);
    line.text("instruction_set", can.instruction_set);
    line.number("threads", std::uint64_t{can.threads});
    line.number("collections", std::uint64_t{collections_->figures().collections.size()});
    log_.write(std::move(line));
    return {};
}

Result<void> App::load_backend() {
    Result<CheckedBackend> checked = make_checked_backend(
        config_, entries_, clock_, [this](const FailoverStatus& status) { on_failover(status); });
    const Result<void> serving =
        checked.ok() ? serve_from(std::move(*checked)) : Result<void>(checked.error());
    if (!serving.ok()) health_->on_load_failed(serving.error());
    return serving;
}

Result<void> App::serve_from(CheckedBackend checked) {
    const std::string remark = std::move(checked.remark);
    scoring_ = std::make_unique<ScoringPart>(
        std::move(checked), config_, clock_, buffers_, *metrics_, encoder_.get(),
        collections_ ? &collections_->services() : nullptr, *this);
    const BackendCapabilities can = scoring_->backend->capabilities();
    LogLine line = log_.line(LogLevel::info, Event::backend_ready);
    line.text("backend", scoring_->backend->name()).text("device", can.device);
    line.text("instruction_set", can.instruction_set);
    line.number("threads", std::uint64_t{can.threads}).number("lanes", std::uint64_t{can.lanes});
    line.truth("routed", scoring_->routed != nullptr);
    if (!remark.empty()) line.text("message", remark);
    log_.write(std::move(line));
    const auto batcher = [part = scoring_.get()] { return part->batcher.status(); };
    return scoring_->failover ? health_->on_loaded(scoring_->failover, batcher)
                              : health_->on_loaded(scoring_->backend, batcher);
}

void App::apply(const Config& config) {
    settings_.replace(config);
    admission_.set_limits(admission_limits_of(config));
    log_.set_level(config.log_level);
    end_reload("applied");
}

void App::reject_reload() {
    end_reload("refused");
}

// A service manager that does not listen is no reason to serve worse.
void App::begin_reload() {
    static_cast<void>(service_manager_.reloading(clock_.now()));
}

void App::end_reload(std::string_view result) {
    metrics_->config_reloads.at(result).Increment();
    static_cast<void>(service_manager_.ready());
}

void App::begin_drain() {
    health_->begin_drain();
}

bool App::drain(std::chrono::milliseconds slice) {
    return server_->drain(slice);
}

bool App::may_be_destroyed() const {
    if (scoring_ == nullptr || scoring_->failover == nullptr) return true;
    const std::vector<BackendHealth> backends = health_->report().backends;
    const bool has_canary_out = std::ranges::any_of(backends, [](const BackendHealth& backend) {
        return backend.canary_out_since.has_value();
    });
    return !has_canary_out && scoring_->failover->outstanding_calls() == 0;
}

void App::stop() {
    health_->stop();
    if (encoder_ != nullptr) encoder_->stop();
    if (scoring_ != nullptr) scoring_->batcher.stop();
    if (collections_ != nullptr) collections_->stop();
    server_->stop();
}

}  // namespace qr
