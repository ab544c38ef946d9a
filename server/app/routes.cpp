// The endpoints, one line each. tests/e2e holds this list and openapi.json to each other.
#include <utility>

#include "embedded/docs_html.h"
#include "embedded/docs_js.h"
#include "embedded/openapi_json.h"
#include "host/base/version.h"
#include "host/base/wall_clock.h"
#include "server/app/app.h"
#include "server/app/just.h"
#include "server/app/request_context.h"
#include "server/dialects/dialects.h"
#include "server/dialects/tei_model.h"
#include "server/handlers/embedding.h"
#include "server/handlers/health.h"
#include "server/handlers/methods.h"
#include "server/handlers/model.h"
#include "server/handlers/respond.h"
#include "server/handlers/scoring.h"

namespace qr {
namespace {

using boost::asio::awaitable;
using dialects::ScoringChoice;
using http::Access;
using http::PathParameters;
using http::Verb;

constexpr std::string_view kDocsPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";

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

// Reads a body by the choices of its path.
ReadScoring reader_of(std::vector<ScoringChoice> choices) {
    return [choices = std::move(choices)](native::Payload payload, BufferPool& buffers,
                                          const native::ParseLimits& limits) {
        return dialects::read_scoring(std::move(payload), buffers, limits, choices);
    };
}

}  // namespace

void App::add_light(std::string pattern, Access access, http::Handler handler) {
    router_.add({Verb::get, std::move(pattern), access, http::Work::light, std::move(handler)});
}

void App::add_post(std::string pattern, http::Handler handler) {
    router_.add(
        {Verb::post, std::move(pattern), Access::keyed, http::Work::scoring, std::move(handler)});
}

void App::add_scoring(std::string pattern, std::vector<ScoringChoice> choices) {
    add_post(std::move(pattern), [this, read = reader_of(std::move(choices))](
                                     http::Request& request, const PathParameters&) {
        return handle_scoring(services(), context_of(request)->grant(), request, read);
    });
}

// The bodies of several dialects meet on these paths and do not look alike; see docs/DIALECTS.md.
void App::add_routes() {
    const ScoringChoice native{"documents", &dialects::kNativeRerank};
    const ScoringChoice tei{"texts", &dialects::kTeiRerank};
    const ScoringChoice collection{
        .mark = "collection", .form = &dialects::kNativeRerank, .yields = true};
    const ScoringChoice original{"candidates", &dialects::kOriginalRerank};
    const ScoringChoice nim{"passages", &dialects::kNimRanking};
    add_scoring("/v1/rerank", {native, tei, collection, original, nim});
    add_scoring("/rerank", {tei, native, collection, original, nim});
    add_scoring("/v2/rerank", {{"", &dialects::kCohereV2Rerank}});
    add_scoring("/v1/ranking", {nim});
    add_scoring("/v1/score", {{"query", &dialects::kNativeScore},
                              {"text_1", &dialects::kVllmScore},
                              {"data_1", &dialects::kVllmScore},
                              {"text_2", &dialects::kVllmScore},
                              {"data_2", &dialects::kVllmScore},
                              {"items", &dialects::kVllmScore}});
    add_scoring("/score", {{"", &dialects::kVllmScore}});
    add_scoring("/similarity", {{"", &dialects::kTeiSimilarity}});
    add_scoring("/tei/rerank", {tei});
    add_scoring("/tei/similarity", {{"", &dialects::kTeiSimilarity}});
    add_scoring("/cohere/v1/rerank", {{"", &dialects::kCohereV1Rerank}});
    add_scoring("/cohere/v2/rerank", {{"", &dialects::kCohereV2Rerank}});
    add_scoring("/jina/v1/rerank", {{"", &dialects::kJinaRerank}});
    add_scoring("/voyage/v1/rerank", {{"", &dialects::kVoyageRerank}});
    add_collection_routes();
    add_model_routes();
    add_health_routes();
    add_kserve_routes();
    add_light("/v1/methods", Access::keyed, [](http::Request&, const PathParameters&) {
        return just(json_response(print_methods()));
    });
    add_light("/openapi.json", Access::open, file("application/json", embedded::openapi_json));
    add_light("/docs", Access::open, file("text/html; charset=utf-8", embedded::docs_html));
    add_light("/docs.js", Access::open, file("text/javascript; charset=utf-8", embedded::docs_js));
}

void App::add_model_routes() {
    const auto root_handler = [this](http::Request& request, const PathParameters&) {
        return root(request);
    };
    for (const char* path : {"/", "/invocations", "/tei/"})
        add_post(path, root_handler);
    const auto add_embedding = [this](std::string path, const dialects::EmbeddingForm& form) {
        add_post(std::move(path), [this, &form](http::Request& request, const PathParameters&) {
            return handle_embedding(services(), context_of(request)->grant(), request, form);
        });
    };
    for (const char* path : {"/v1/embeddings", "/embeddings", "/tei/v1/embeddings"})
        add_embedding(path, dialects::kOpenaiEmbeddings);
    for (const char* path : {"/embed", "/tei/embed"})
        add_embedding(path, dialects::kTeiEmbed);
    for (const char* path : {"/tokenize", "/tei/tokenize"}) {
        add_post(path, [this](http::Request& request, const PathParameters&) {
            return just(tokenize_response(services(), context_of(request)->grant(), request));
        });
    }
    for (const char* path : {"/decode", "/tei/decode"}) {
        add_post(path, [this](http::Request& request, const PathParameters&) {
            return just(decode_response(services(), context_of(request)->grant(), request));
        });
    }
    for (const char* path : {"/info", "/tei/info"}) {
        add_light(path, Access::keyed, [this](http::Request&, const PathParameters&) {
            return just(json_response(dialects::print_info(
                {.encoder = encoder_ == nullptr ? EncoderInfo{} : encoder_->info(),
                 .requests_max = config_.max_concurrent_requests,
                 .documents_max = config_.max_client_batch_size,
                 .version = version()})));
        });
    }
    const auto started = static_cast<std::int64_t>(seconds_since_1970());
    add_light("/v1/models", Access::keyed, [this, started](http::Request&, const PathParameters&) {
        return just(json_response(print_models(encoder_.get(), started)));
    });
    add_light("/v1/models/{model}", Access::keyed,
              [this, started](http::Request& request, const PathParameters& parameters) {
                  const std::string_view name = parameters.front().second;
                  return just(model_response(encoder_.get(), started, name, request));
              });
}

// What text-embeddings-inference chooses by its model.
awaitable<http::Response> App::root(http::Request& request) {
    static const ReadScoring rerank =
        reader_of({{"texts", &dialects::kTeiRerank}, {"documents", &dialects::kNativeRerank}});
    static const ReadScoring similarity = reader_of({{"", &dialects::kTeiSimilarity}});
    const Grant grant = context_of(request)->grant();
    switch (dialects::root_request(request.body())) {
        case dialects::RootRequest::embed:
            return handle_embedding(services(), grant, request, dialects::kTeiEmbed);
        case dialects::RootRequest::similarity:
            return handle_scoring(services(), grant, request, similarity);
        case dialects::RootRequest::rerank:
            break;
    }
    return handle_scoring(services(), grant, request, rerank);
}

void App::add_health_routes() {
    add_light("/health/live", Access::open, [](http::Request&, const PathParameters&) {
        return just(json_response(print_liveness()));
    });
    add_light("/health/ready", Access::open, [this](http::Request& request, const PathParameters&) {
        return just(ready(request));
    });
    // Probes of text-embeddings-inference and of SageMaker bring no key: they get the bare word.
    add_light("/health", Access::open, [this](http::Request& request, const PathParameters&) {
        return just(is_known(request) ? json_response(print_health(snapshot())) : ready(request));
    });
    for (const char* path : {"/", "/ping", "/tei/health"}) {
        add_light(path, Access::open, [this](http::Request& request, const PathParameters&) {
            http::Response response = ready(request);
            if (response.status == 200) response.body.clear();
            return just(std::move(response));
        });
    }
    add_light("/metrics", Access::keyed, [this](http::Request&, const PathParameters&) {
        return just(text_response(Metrics::kContentType, scrape()));
    });
}

http::Response App::ready(const http::Request& request) const {
    return readiness_response(readiness(context_of(request)->settings->shed_percent));
}

bool App::is_known(const http::Request& request) const {
    return context_of(request)->settings->authenticator.tenant_of(request.fields).ok();
}

}  // namespace qr
