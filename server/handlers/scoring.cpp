#include "server/handlers/scoring.h"

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "host/base/wall_clock.h"
#include "server/app/await_scores.h"
#include "server/handlers/collection_access.h"
#include "server/handlers/encode_texts.h"
#include "server/handlers/respond.h"
#include "server/handlers/search.h"
#include "server/handlers/stage_times.h"
#include "server/handlers/timing_fields.h"

namespace qr {
namespace {

namespace asio = boost::asio;

// What a request weighs, whatever form its body had: its rows, and the bytes of its vectors.
void declare(Place& place, const VectorInput& vectors) {
    const std::size_t rows = vectors.queries.rows + vectors.documents.rows;
    place.declare(vectors.documents.rows, rows * vectors.documents.dimension * sizeof(float));
}

// Each by its Metrics::Stage.
void record(Metrics& metrics, const std::array<Duration, 6>& stages) {
    for (std::size_t i = 0; i < stages.size(); ++i) {
        const auto stage = static_cast<Metrics::Stage>(i);
        if (stage == Metrics::Stage::encode && stages[i] == Duration::zero()) continue;
        metrics.stage_seconds(stage).Observe(in_seconds(stages[i]));
    }
    const auto waited = stages[static_cast<std::size_t>(Metrics::Stage::queue)];
    metrics.queue_wait_seconds.Observe(in_seconds(waited));
}

// The job a parsed request asks for, which keeps it alive: a device that hangs may outlast the
// request. Errors: `invalid`, where a limit is passed.
Result<JobTerms> terms_of(const std::shared_ptr<const RerankRequest>& parsed,
                          const http::Request& request, const RequestLimits& limits) {
    const Result<ScoreTask> task = prepare(parsed->vectors, parsed->method, limits.rerank);
    if (!task.ok()) return task.error();
    return JobTerms{.task = *task,
                    .vectors = parsed,
                    .tenant = request.tenant,
                    .priority = parsed->priority,
                    .deadline = deadline_of(*parsed, request, limits),
                    .client = request.client};
}

// Errors: the batcher's, or those of the collection that the vectors lie in.
asio::awaitable<Result<JobScores>> score(const Services& services, Grant grant,
                                         http::Request& request,
                                         std::shared_ptr<RerankRequest> parsed) {
    if (parsed->collection) {
        co_return co_await score_named(services, grant, request, parsed);
    }
    declare(grant.place, parsed->vectors);
    Result<JobTerms> terms = terms_of(parsed, request, grant.limits);
    if (!terms.ok()) co_return terms.error();
    Batcher& batcher = services.batcher;
    JobTerms& submitted = *terms;
    co_return co_await async_scores(batcher, submitted);
}

// Whether a request's texts may meet the vectors of the collection that it names.
Result<void> check_texts(const Services& services, const RerankRequest& parsed) {
    if (!parsed.collection || parsed.texts.is_empty()) return {};
    const auto collection = find_collection(services, parsed.collection->name);
    if (!collection.ok()) return collection.error();
    return check_encoder((*collection)->info(), services.encoder, parsed);
}

double milliseconds(Duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace

asio::awaitable<http::Response> handle_scoring(const Services& services, Grant grant,
                                               http::Request& request, const ReadScoring& read,
                                               ModelStatistics* statistics) {
    const Duration reading = services.clock.now() - request.started;
    StageTimes times(services.clock);
    Result<native::Payload> payload = take_payload(request);
    if (!payload.ok()) co_return error_response(payload.error(), request);
    native::ParseLimits limits = grant.limits.parse;
    limits.takes_text = services.encoder != nullptr;
    dialects::ScoringReading body = read(std::move(*payload), services.buffers, limits);
    const dialects::ScoringForm& form = *body.form;
    const dialects::Dialect dialect = form.dialect;
    if (!body.request.ok()) co_return error_response(body.request.error(), request, dialect);
    const auto parsed = std::make_shared<RerankRequest>(*std::move(body.request));
    const Duration parsing = times.finish("parse");
    if (is_search(*parsed)) {
        std::string name = parsed->collection->name;
        co_return co_await answer_search(services, grant, request, parsed, std::move(name),
                                         std::move(times));
    }

    const Result<void> joined = check_texts(services, *parsed);
    if (!joined.ok()) co_return error_response(joined.error(), request, dialect);
    const Result<TextEncoding> encoding = co_await encode_texts(services, grant, request, parsed);
    if (!encoding.ok()) co_return error_response(encoding.error(), request, dialect);
    times.restart();
    if (encoding->usage.texts > 0) times.add("encode", encoding->waited + encoding->encoded);
    const Result<JobScores> scored = co_await score(services, grant, request, parsed);
    if (!scored.ok()) co_return error_response(scored.error(), request, dialect);
    if (const auto& fault = scored->scores.fault) {
        const Error error = describe(*fault, parsed->vectors, parsed->is_query_list);
        co_return error_response(error, request, dialect);
    }
    times.restart();
    times.add("queue", scored->waited);
    times.add("score", scored->scored);

    const std::string encoder = encoding->usage.texts > 0 ? services.encoder->info().name : "";
    const native::Provenance provenance{
        .id = request.id,
        .backend = scored->backend,
        .encoder = encoder,
        .tokens = encoding->usage.tokens,
        .created = static_cast<std::int64_t>(seconds_since_1970()),
        .milliseconds = milliseconds(services.clock.now() - request.started)};
    http::Response response =
        answer_response(form.print(*parsed, scored->scores.values, provenance));
    const Duration printing = times.finish("print");
    record(services.metrics, {reading, parsing, encoding->waited + encoding->encoded,
                              scored->waited, scored->scored, printing});
    response.fields.add("Server-Timing", times.value());
    const Duration total = services.clock.now() - request.started;
    if (statistics != nullptr) {
        statistics->succeeded({.total = total,
                               .queue = encoding->waited + scored->waited,
                               .input = parsing + encoding->encoded,
                               .compute = scored->scored,
                               .output = printing},
                              std::chrono::system_clock::now());
    }
    add_timing_fields(response, {.total = total,
                                 .queue = encoding->waited + scored->waited,
                                 .inference = scored->scored,
                                 .compute = parsing + encoding->encoded + scored->scored + printing,
                                 .backend = scored->backend,
                                 .tokenization = encoding->encoded,
                                 .texts = encoding->usage});
    co_return response;
}

}  // namespace qr
