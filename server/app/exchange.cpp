// How the app treats one exchange: what is refused at the head, who handles it, what is recorded.
#include <charconv>
#include <utility>

#include "server/app/app.h"
#include "server/handlers/respond.h"

namespace qr {
namespace {

constexpr std::string_view kUnmatched = "unmatched";

double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

std::uint64_t microseconds(Duration duration) {
    const auto count = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
    return static_cast<std::uint64_t>(count);
}

std::optional<Error> state_refusal(State state) {
    if (state == State::ready || state == State::draining) return std::nullopt;
    return Error{
        .code = Code::unavailable,
        .message = "the server is " + std::string(to_string(state)) + "; try again shortly",
        .found = std::string(to_string(state)),
        .allowed = "ready"};
}

}  // namespace

std::optional<http::Response> App::refuse(http::Request& head) {
    head.route = kUnmatched;
    if (head.verb == http::Verb::options) {
        const std::vector<http::Verb> verbs = router_.verbs(head.path);
        if (!verbs.empty()) return finished(head, cors_.preflight(head, verbs));
    }
    const std::optional<Error> error = refusal(head);
    if (error) return describe(head, *error);
    return std::nullopt;
}

std::optional<Error> App::refusal(http::Request& head) const {
    const Result<http::Router::Match> match = router_.find(head.verb, head.path);
    if (!match.ok()) return match.error();
    const http::Route& route = *match->route;
    head.route = route.pattern;
    if (route.access == http::Access::keyed) {
        Result<std::string> tenant = authenticator_.tenant_of(head.fields);
        if (!tenant.ok()) return tenant.error();
        head.tenant = std::move(*tenant);
    }
    if (route.work == http::Work::light) return std::nullopt;
    if (std::optional<Error> refused = state_refusal(state_.get())) return refused;
    const std::size_t in_flight = server_->requests_in_flight();
    if (in_flight > config_.max_concurrent_requests) {
        return Error{.code = Code::overloaded,
                     .message = "too many requests at once; try again shortly",
                     .found = std::to_string(in_flight),
                     .allowed = std::to_string(config_.max_concurrent_requests)};
    }
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
    cors_.decorate(request, response);
    return response;
}

void App::completed(const http::Request& request, const http::Response& response,
                    const http::Exchange& exchange) noexcept {
    metrics_->route(request.route).count(response.status, seconds(exchange.total));
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
