// The endpoints, one line each. tests/e2e holds this list and openapi.json to each other.
#include <utility>

#include "embedded/docs_html.h"
#include "embedded/docs_js.h"
#include "embedded/openapi_json.h"
#include "server/app/app.h"
#include "server/app/request_context.h"
#include "server/handlers/health.h"
#include "server/handlers/methods.h"
#include "server/handlers/respond.h"
#include "server/handlers/scoring.h"

namespace qr {
namespace {

using boost::asio::awaitable;
using http::Access;
using http::PathParameters;
using http::Verb;
using http::Work;

constexpr std::string_view kDocsPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";

awaitable<http::Response> just(http::Response response) {
    co_return response;
}

http::Response text_response(std::string_view content_type, std::string body) {
    http::Response response = json_response(std::move(body));
    response.content_type = content_type;
    return response;
}

// A handler that always gives the same embedded file.
http::Handler file(std::string_view content_type, std::string_view content) {
    return [content_type, content](http::Request&, const PathParameters&) {
        http::Response response = text_response(content_type, std::string(content));
        response.fields.add("Content-Security-Policy", std::string(kDocsPolicy));
        response.fields.add("X-Content-Type-Options", "nosniff");
        return just(std::move(response));
    };
}

}  // namespace

void App::add_routes() {
    const auto get = [this](std::string pattern, Access access, http::Handler handler) {
        router_.add({Verb::get, std::move(pattern), access, Work::light, std::move(handler)});
    };
    const auto post = [this](std::string pattern, http::Handler handler) {
        router_.add(
            {Verb::post, std::move(pattern), Access::keyed, Work::scoring, std::move(handler)});
    };
    post("/v1/rerank", [this](http::Request& request, const PathParameters&) {
        return handle_rerank(services(), context_of(request)->grant(), request);
    });
    post("/v1/score", [this](http::Request& request, const PathParameters&) {
        return handle_score(services(), context_of(request)->grant(), request);
    });
    get("/v1/methods", Access::keyed,
        [](http::Request&, const PathParameters&) { return just(json_response(print_methods())); });
    get("/health/live", Access::open, [](http::Request&, const PathParameters&) {
        return just(json_response(print_liveness()));
    });
    get("/health/ready", Access::open, [this](http::Request& request, const PathParameters&) {
        const std::size_t shed_percent = context_of(request)->settings->shed_percent;
        return just(readiness_response(readiness(shed_percent)));
    });
    get("/health", Access::keyed, [this](http::Request&, const PathParameters&) {
        return just(json_response(print_health(snapshot())));
    });
    get("/metrics", Access::keyed, [this](http::Request&, const PathParameters&) {
        return just(text_response(Metrics::kContentType, scrape()));
    });
    get("/openapi.json", Access::open, file("application/json", embedded::openapi_json));
    get("/docs", Access::open, file("text/html; charset=utf-8", embedded::docs_html));
    get("/docs.js", Access::open, file("text/javascript; charset=utf-8", embedded::docs_js));
}

}  // namespace qr
