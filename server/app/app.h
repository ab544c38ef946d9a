// The composition root: owns every part in construction order and is what connections talk to.
//
// Order matters in both directions: the HTTP server is built first and destroyed last, so that an
// answer still under way always finds the io_context it posts to; the batcher is stopped before
// either.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "host/backend/fidelity_backend.h"
#include "host/base/buffer.h"
#include "host/base/clock.h"
#include "host/base/log.h"
#include "host/base/metrics.h"
#include "server/app/server_state.h"
#include "server/config/config.h"
#include "server/filters/authenticate.h"
#include "server/filters/cors.h"
#include "server/handlers/health.h"
#include "server/handlers/services.h"
#include "server/http/application.h"
#include "server/http/router.h"
#include "server/http/server.h"

namespace qr {

// Serves until SIGTERM or SIGINT. The exit code: 0 after a drained shutdown, 2 when the address
// cannot be bound, 3 when the backend cannot run here, 1 when its self-test fails.
int run_server(const Config& config, const std::vector<std::string>& warnings);

class App final : public http::Application, public BatchObserver {
  public:
    App(const Config& config, Log& log);
    ~App() override;

    // Binds and answers, 503 `starting` for what needs a backend.
    Result<void> listen();
    // Makes the backend, checks it, and turns ready.
    Result<void> load_backend();

    // Not ready from now on; requests are still served.
    void begin_drain();
    // No new connections; true once nothing is in flight.
    bool drain(std::chrono::milliseconds slice);
    // Answers what still waits, closes everything, joins. Idempotent.
    void stop();

    std::uint16_t port() const { return server_->port(); }

    std::optional<http::Response> refuse(http::Request& head) override;
    boost::asio::awaitable<http::Response> handle(http::Request& request) override;
    http::Response describe(const http::Request& request, const Error& error) override;
    void completed(const http::Request& request, const http::Response& response,
                   const http::Exchange& exchange) noexcept override;

  private:
    // What exists once the backend does.
    struct Scoring;

    void add_routes();
    const Services* services() const;
    std::optional<Error> refusal(http::Request& head) const;
    http::Response finished(const http::Request& request, http::Response response) const;
    void on_batch(const BatchReport& report) noexcept override;
    void on_unscored(Code why) noexcept override;
    HealthSnapshot snapshot() const;
    std::string scrape();

    const Config& config_;
    Log& log_;
    const SteadyClock clock_;
    const TimePoint started_;
    ServerState state_;
    http::Router router_;
    const Authenticator authenticator_;
    const Cors cors_;
    std::unique_ptr<Metrics> metrics_;
    BufferPool buffers_;
    std::unique_ptr<http::Server> server_;
    std::unique_ptr<Scoring> scoring_;  // set before the state turns ready, read after
};

}  // namespace qr
