// The composition root: owns every part in construction order and is what connections talk to.
//
// app.cpp builds and takes down, exchange.cpp treats one exchange, routes.cpp lists the endpoints,
// observe.cpp tells health and metrics. Order matters in both directions: the HTTP server is built
// before the backend and destroyed after it, so that an answer still under way always finds the
// io_context it posts to; the batcher is stopped before either.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "host/admission/admission.h"
#include "host/base/buffer.h"
#include "host/base/clock.h"
#include "host/base/log.h"
#include "host/base/metrics.h"
#include "server/app/live_settings.h"
#include "server/app/scoring_part.h"
#include "server/app/server_state.h"
#include "server/config/config.h"
#include "server/handlers/health.h"
#include "server/http/application.h"
#include "server/http/router.h"
#include "server/http/server.h"

namespace qr {

class App final : public http::Application, public BatchObserver {
  public:
    App(const Config& config, Log& log);
    ~App() override;

    // Binds and answers, 503 `starting` for what needs a backend.
    Result<void> listen();
    // Makes the backend, checks it, and turns ready.
    Result<void> load_backend();
    // Turns ready with that backend. Once.
    void serve_from(CheckedBackend checked);

    // Takes over the live settings of `config`, for requests to come.
    void apply(const Config& config);

    // Not ready from now on; requests are still served.
    void begin_drain();
    // No new connections; true once all have ended.
    bool drain(std::chrono::milliseconds slice);
    // Answers what still waits, closes everything, joins. Idempotent.
    void stop();

    std::uint16_t port() const { return server_->port(); }

    std::optional<http::Response> refuse(http::Request& head) override;
    boost::asio::awaitable<http::Response> handle(http::Request& request) override;
    http::Response describe(const http::Request& request, const Error& error) override;
    void failed(const http::Request& request, std::string_view what) noexcept override;
    void completed(const http::Request& request, const http::Response& response,
                   const http::Exchange& exchange) noexcept override;

  private:
    void add_routes();
    const Services& services() const { return scoring_->services; }

    // What a route asks of a request before it is read: who sends it, and a place.
    Result<void> authenticate(http::Request& head, const http::Route& route) const;
    std::optional<http::Response> take_place(http::Request& head);
    http::Response finished(const http::Request& request, http::Response response) const;

    void on_batch(const BatchReport& report) noexcept override;
    void on_unscored(Code why) noexcept override;
    HealthSnapshot snapshot() const;
    std::string scrape();

    const Config config_;  // as it was at the start
    Log& log_;
    const SteadyClock clock_;
    const TimePoint started_;
    ServerState state_;
    CurrentSettings settings_;
    Admission admission_;
    http::Router router_;
    std::unique_ptr<Metrics> metrics_;
    BufferPool buffers_;
    std::unique_ptr<http::Server> server_;
    std::unique_ptr<ScoringPart> scoring_;  // set before the state turns ready, read after
};

}  // namespace qr
