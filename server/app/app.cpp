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

App::App(const Config& config, Log& log)
    : config_(config),
      log_(log),
      started_(clock_.now()),
      settings_(config),
      admission_(clock_, admission_limits_of(config)),
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
    Result<CheckedBackend> checked = make_checked_backend(config_);
    if (!checked.ok()) return state_.set(State::failing), checked.error();
    serve_from(std::move(*checked));
    return {};
}

void App::serve_from(CheckedBackend checked) {
    scoring_ = std::make_unique<ScoringPart>(std::move(checked), config_, clock_, buffers_,
                                             *metrics_, *this);
    state_.set(State::ready);
    metrics_->ready.Set(1);

    const BackendCapabilities can = scoring_->backend->capabilities();
    LogLine line = log_.line(LogLevel::info, Event::backend_ready);
    line.text("backend", scoring_->backend->name()).text("device", can.device);
    line.text("instruction_set", can.instruction_set);
    line.number("threads", std::uint64_t{can.threads});
    log_.write(std::move(line));
}

void App::apply(const Config& config) {
    settings_.replace(config);
    admission_.set_limits(admission_limits_of(config));
    log_.set_level(config.log_level);
}

void App::begin_drain() {
    state_.set(State::draining);
    metrics_->ready.Set(0);
}

bool App::drain(std::chrono::milliseconds slice) {
    return server_->drain(slice);
}

void App::stop() {
    if (scoring_ != nullptr) scoring_->batcher.stop();
    server_->stop();
}

}  // namespace qr
