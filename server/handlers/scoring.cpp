#include "server/handlers/scoring.h"

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "host/base/check.h"
#include "host/base/wall_clock.h"
#include "host/rerank/text_rows.h"
#include "server/app/await_scores.h"
#include "server/app/await_vectors.h"
#include "server/handlers/respond.h"
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
        const double seconds = std::chrono::duration<double>(stages[i]).count();
        metrics.stage_seconds(stage).Observe(seconds);
    }
    const auto waited = stages[static_cast<std::size_t>(Metrics::Stage::queue)];
    metrics.queue_wait_seconds.Observe(std::chrono::duration<double>(waited).count());
}

TimePoint deadline_of(const ScoreRequest& parsed, const http::Request& request,
                      const RequestLimits& limits) {
    return request.started + parsed.timeout.value_or(limits.default_timeout);
}

// What the encoder made of a request's texts.
struct Encoding {
    TextUsage usage;
    Duration waited{};
    Duration encoded{};
};

// Turns the request's texts into rows. It stays alive while the encoder reads them.
asio::awaitable<Result<Encoding>> encode(const Services& services, Grant grant,
                                         http::Request& request,
                                         const std::shared_ptr<RerankRequest>& parsed) {
    Encoding encoding;
    if (parsed->texts.is_empty()) co_return encoding;
    QR_CHECK(services.encoder != nullptr);  // the parser refuses texts without one
    EncoderTerms terms{.inputs = encoder_inputs(*parsed),
                       .texts = parsed,
                       .deadline = deadline_of(*parsed, request, grant.limits),
                       .client = request.client};
    encoding.usage = usage_of(terms.inputs);
    Encoder& encoder = *services.encoder;
    Result<EncodedTexts> encoded = co_await async_vectors(encoder, terms);
    if (!encoded.ok()) co_return std::move(encoded).error();
    encoding.usage.tokens = encoded->tokens;
    encoding.waited = encoded->waited;
    encoding.encoded = encoded->encoded;
    const Result<void> placed = place_vectors(*parsed, *std::move(encoded), services.buffers);
    if (!placed.ok()) co_return placed.error();
    co_return encoding;
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

    const Result<Encoding> encoding = co_await encode(services, grant, request, parsed);
    if (!encoding.ok()) co_return error_response(encoding.error(), request, dialect);
    times.restart();
    if (encoding->usage.texts > 0) times.add("encode", encoding->waited + encoding->encoded);
    declare(grant.place, parsed->vectors);
    Result<JobTerms> terms = terms_of(parsed, request, grant.limits);
    if (!terms.ok()) co_return error_response(terms.error(), request, dialect);

    Batcher& batcher = services.batcher;
    JobTerms& submitted = *terms;
    const Result<JobScores> scored = co_await async_scores(batcher, submitted);
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
