// The composition root: owns every part in construction order and is what connections talk to.
//
// app.cpp builds and takes down, exchange.cpp treats one exchange, *routes.cpp list the endpoints,
// observe.cpp tells health and metrics. Order matters in both directions: the HTTP server is built
// before the backend and destroyed after it, so that an answer still under way always finds the
// io_context it posts to; the batcher is stopped before either.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "host/admission/admission.h"
#include "host/base/buffer.h"
#include "host/base/clock.h"
#include "host/base/log.h"
#include "host/base/metrics.h"
#include "host/base/model_statistics.h"
#include "host/health/health_watch.h"
#include "host/health/service_manager.h"
#include "host/text/encoder.h"
#include "server/app/collections_part.h"
#include "server/app/live_settings.h"
#include "server/app/request_context.h"
#include "server/app/scoring_part.h"
#include "server/config/config.h"
#include "server/dialects/dialect.h"
#include "server/dialects/kserve_models.h"
#include "server/handlers/collections.h"
#include "server/handlers/health.h"
#include "server/http/application.h"
#include "server/http/router.h"
#include "server/http/server.h"

namespace qr {

// What an app is given besides its configuration.
struct AppOptions {
    std::span<const BackendEntry> backends = qr::backends();
    // The health watch's verdict: see HealthWatch::Hooks.
    std::function<void(const EndOfProcess&)> end_process = nullptr;
    ServiceManager::Environment service_manager = {};
    // Null: texts are refused.
    std::function<Result<std::unique_ptr<Encoder>>(const Config&, const Clock&, BufferPool&)>
        make_encoder = nullptr;
    // Null, or all of it null: no collections.
    std::function<Result<OpenedCollections>(const Config&,
                                            std::function<void(const CollectionInfo&)> on_loaded)>
        open_collections = nullptr;
};

class App final : public http::Application, public BatchObserver, public PassObserver {
  public:
    App(const Config& config, Log& log, AppOptions options = {});
    ~App() override;

    // Binds and answers, 503 `starting` for what needs a backend.
    Result<void> listen();
    // Makes the encoder; before any backend. Errors: `invalid`, `not_found`, what is wrong with the
    // settings or with the folder they name.
    Result<void> load_encoder();
    // Opens the store and begins to load what collections there are; before any backend. Errors:
    // see open_collections().
    Result<void> load_collections();
    // Makes the backend, checks it, and turns ready.
    Result<void> load_backend();
    // Turns ready with that backend. Once.
    Result<void> serve_from(CheckedBackend checked);

    // A reload: begun, then either the live settings of `config` are taken over for requests to
    // come, or it came to nothing.
    void begin_reload();
    void apply(const Config& config);
    void reject_reload();

    // Not ready from now on; requests are still served.
    void begin_drain();
    // No new connections; true once all have ended.
    bool drain(std::chrono::milliseconds slice);
    // Answers what still waits, closes everything, joins. Idempotent.
    void stop();
    // After stop(): false where a device still has a call, which may return at any time. Then
    // nothing that it could touch may be taken down, and the process should end without unwinding.
    bool may_be_destroyed() const;

    std::uint16_t port() const { return server_->port(); }

    std::optional<http::Response> refuse(http::Request& head) override;
    boost::asio::awaitable<http::Response> handle(http::Request& request) override;
    http::Response describe(const http::Request& request, const Error& error) override;
    void failed(const http::Request& request, std::string_view what) noexcept override;
    void completed(const http::Request& request, const http::Response& response,
                   const http::Exchange& exchange) noexcept override;

  private:
    using KserveAnswer = std::function<http::Response(const kserve::Model&)>;

    void add_routes();
    void add_model_routes();
    void add_health_routes();
    void add_collection_routes();
    void add_document_routes();
    void add_collection_actions();
    void add_collection(http::Verb verb, std::string pattern, http::Handler handler,
                        bool (*takes_stream)(const http::Request&) = nullptr);
    void add_kserve_routes();
    void add_kserve_models();
    void add_kserve_repository();
    void add_kserve_model(std::string pattern, KserveAnswer answer);
    void add_scoring(std::string pattern, std::vector<dialects::ScoringChoice> choices);
    void add_light(std::string pattern, http::Access access, http::Handler handler);
    void add_post(std::string pattern, http::Handler handler);
    boost::asio::awaitable<http::Response> root(http::Request& request);
    http::Response ready(const http::Request& request) const;
    http::Response kserve_ready(const http::Request& request) const;
    http::Response kserve_model_ready(const http::Request& request,
                                      const http::PathParameters& parameters) const;
    http::Response kserve_statistics(std::span<const kserve::Model> models) const;
    http::Response kserve_index(http::Request& request) const;
    boost::asio::awaitable<http::Response> kserve_residence(http::Request& request,
                                                            std::string_view name,
                                                            Residence wanted);
    bool is_known(const http::Request& request) const;
    void end_reload(std::string_view result);
    const Services& services() const { return scoring_->services; }

    // What a route asks of a request before it is read: who sends it, and a place.
    Result<void> authenticate(http::Request& head, const http::Route& route) const;
    std::optional<http::Response> take_place(http::Request& head);
    http::Response finished(const http::Request& request, http::Response response) const;

    void on_batch(const BatchReport& report) noexcept override;
    void on_unscored(Code why) noexcept override;
    void on_pass(const PassReport& report) noexcept override;
    void on_unsearched(Code why) noexcept override;
    HealthWatch::Hooks health_hooks(std::function<void(const EndOfProcess&)> end_process);
    void on_health(const HealthReport& report);
    void on_failover(const FailoverStatus& status);
    void on_canary(std::string_view backend, const CanaryResult& result);
    void on_device(const DeviceNews& news);
    void report_drafts(const DraftSweep& sweep);
    void report_loaded(const CollectionInfo& info);
    const CollectionsPart* collections_now() const;
    Readiness readiness(std::size_t shed_percent) const;
    HealthSnapshot snapshot() const;
    std::string scrape();
    void scrape_encoder();
    void scrape_scoring();

    const Config config_;  // as it was at the start
    Log& log_;
    const SteadyClock clock_;
    const TimePoint started_;
    const std::span<const BackendEntry> entries_;
    const decltype(AppOptions::make_encoder) make_encoder_;
    const decltype(AppOptions::open_collections) open_collections_;
    ServiceManager service_manager_;
    CurrentSettings settings_;
    Admission admission_;
    http::Router router_;
    std::unique_ptr<Metrics> metrics_;
    BufferPool buffers_;
    std::unique_ptr<Encoder> encoder_;  // set before listening, read after
    std::unique_ptr<http::Server> server_;
    std::unique_ptr<CollectionsPart> collections_;  // set before the state turns ready, read after
    std::unique_ptr<ScoringPart> scoring_;          // set before the state turns ready, read after
    std::array<ModelStatistics, kserve::kModelCount> statistics_;  // by kserve::ModelId
    std::unique_ptr<HealthWatch> health_;                          // asks all of the above
};

}  // namespace qr
