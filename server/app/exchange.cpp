// How the app treats one exchange: what is refused at the head, who handles it, what is recorded.
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "server/app/app.h"
#include "server/app/request_context.h"
#include "server/handlers/respond.h"

namespace qr {
namespace {

constexpr std::string_view kUnmatched = "unmatched";
// What a body that its handler reads is taken to hold until its first piece tells; see
// collections::DocumentLines.
constexpr std::size_t kStreamHeldBytes = std::size_t{8} << 20;

std::uint64_t microseconds(Duration duration) {
    const auto count = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
    return static_cast<std::uint64_t>(count);
}

std::optional<Error> state_refusal(HealthState state) {
    if (state != HealthState::starting && state != HealthState::failing) return std::nullopt;
    return Error{
        .code = Code::unavailable,
        .message = "the server is " + std::string(to_string(state)) + "; try again shortly",
        .found = std::string(to_string(state)),
        .allowed = "ready"};
}

}  // namespace

std::optional<http::Response> App::refuse(http::Request& head) {
    const auto context = std::make_shared<RequestContext>();
    context->settings = settings_.get();
    head.held = context;
    head.route = kUnmatched;
    if (head.verb == http::Verb::options) {
        const std::vector<http::Verb> verbs = router_.verbs(head.path);
        if (!verbs.empty()) {
            return finished(head, context->settings->cors.preflight(head, verbs));
        }
    }
    const Result<http::Router::Match> match = router_.find(head.verb, head.path);
    if (!match.ok()) return describe(head, match.error());
    const http::Route& route = *match->route;
    head.route = route.pattern;
    head.takes_stream = route.takes_stream != nullptr && route.takes_stream(head);
    const Result<void> known = authenticate(head, route);
    if (!known.ok()) return describe(head, known.error());
    if (route.work == http::Work::light) return std::nullopt;
    if (const auto refused = state_refusal(health_->state())) return describe(head, *refused);
    return take_place(head);
}

Result<void> App::authenticate(http::Request& head, const http::Route& route) const {
    if (route.access == http::Access::open) return {};
    Result<std::string> tenant = context_of(head)->settings->authenticator.tenant_of(head.fields);
    if (!tenant.ok()) return tenant.error();
    head.tenant = std::move(*tenant);
    return {};
}

std::optional<http::Response> App::take_place(http::Request& head) {
    std::optional<std::size_t> length = head.content_length;
    const std::size_t most = head.takes_stream ? config_.stream_bytes_max : config_.payload_limit;
    // Too large is too large however calm it is: that refusal is the session's, and final.
    if (most > 0 && length.value_or(0) > most) return std::nullopt;
    if (head.takes_stream) length = std::min(length.value_or(kStreamHeldBytes), kStreamHeldBytes);
    auto answer = admission_.admit(head.tenant, length);
    if (const auto* refused = std::get_if<AdmissionRefusal>(&answer)) {
        const Error error = error_of(refused->overload, length);
        return finished(head, error_response(error, head, refused->retry_after));
    }
    context_of(head)->place = std::move(std::get<Place>(answer));
    return std::nullopt;
}

boost::asio::awaitable<http::Response> App::handle(http::Request& request) {
    const Result<http::Router::Match> match = router_.find(request.verb, request.path);
    if (!match.ok()) co_return describe(request, match.error());
    const http::Handler& handler = match->route->handler;
    const http::PathParameters& parameters = match->parameters;
    http::Response response = co_await handler(request, parameters);
    co_return finished(request, std::move(response));
}

http::Response App::describe(const http::Request& request, const Error& error) {
    return finished(request, error_response(error, request));
}

http::Response App::finished(const http::Request& request, http::Response response) const {
    const RequestContext* const context = context_of(request);
    const auto settings = context != nullptr ? context->settings : settings_.get();
    settings->cors.decorate(request, response);
    return response;
}

void App::failed(const http::Request& request, std::string_view what) noexcept {
    LogLine line = log_.line(LogLevel::error, Event::request_failed);
    line.text("id", request.id).text("route", request.route).text("message", what);
    log_.write(std::move(line));
}

void App::completed(const http::Request& request, const http::Response& response,
                    const http::Exchange& exchange) noexcept {
    metrics_->route(request.route).count(response.status, in_seconds(exchange.total));
    if (response.error) metrics_->errors(*response.error).Increment();
    metrics_->http_request_bytes.Increment(static_cast<double>(exchange.bytes_in));
    metrics_->http_response_bytes.Increment(static_cast<double>(exchange.bytes_out));
    if (!log_.is_enabled(LogLevel::info)) return;
    LogLine line = log_.line(LogLevel::info, Event::request);
    line.text("id", request.id).text("peer", request.peer);
    line.text("method", http::to_string(request.verb)).text("path", request.path);
    line.number("status", std::int64_t{response.status});
    line.number("bytes_in", std::uint64_t{exchange.bytes_in});
    line.number("bytes_out", std::uint64_t{exchange.bytes_out});
    line.number("read_us", microseconds(exchange.read));
    line.number("total_us", microseconds(exchange.total));
    if (!request.tenant.empty()) line.text("tenant", request.tenant);
    if (!exchange.is_complete) line.truth("aborted", true);
    const std::string_view trace = request.fields.get("traceparent");
    if (!trace.empty()) line.text("traceparent", trace);
    log_.write(std::move(line));
}

}  // namespace qr
