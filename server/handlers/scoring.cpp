#include "server/handlers/scoring.h"

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/app/await_scores.h"
#include "server/handlers/respond.h"
#include "server/handlers/stage_times.h"
#include "server/handlers/timing_fields.h"

namespace qr {
namespace {

namespace asio = boost::asio;

template <class Parsed>
using Parse = Result<Parsed> (*)(native::Payload, BufferPool&, const native::ParseLimits&);
template <class Parsed>
using Print = std::string (*)(const Parsed&, const TaskScores&, const native::Provenance&);

// What a request weighs, whatever form its body had: its rows, and the bytes of its vectors.
void declare(Place& place, const VectorInput& vectors) {
    const std::size_t rows = vectors.queries.rows + vectors.documents.rows;
    place.declare(vectors.documents.rows, rows * vectors.documents.dimension * sizeof(float));
}

// Each by its Metrics::Stage.
void record(Metrics& metrics, const std::array<Duration, 5>& stages) {
    for (std::size_t i = 0; i < stages.size(); ++i) {
        const double seconds = std::chrono::duration<double>(stages[i]).count();
        metrics.stage_seconds(static_cast<Metrics::Stage>(i)).Observe(seconds);
    }
    const auto waited = stages[static_cast<std::size_t>(Metrics::Stage::queue)];
    metrics.queue_wait_seconds.Observe(std::chrono::duration<double>(waited).count());
}

// The job a parsed request asks for, which keeps it alive: a device that hangs may outlast the
// request. Errors: `invalid`, where a limit is passed.
template <class Parsed>
Result<JobTerms> terms_of(const std::shared_ptr<const Parsed>& parsed, const http::Request& request,
                          const RequestLimits& limits) {
    const Result<ScoreTask> task = prepare(parsed->vectors, parsed->method, limits.rerank);
    if (!task.ok()) return task.error();
    return JobTerms{.task = *task,
                    .vectors = parsed,
                    .tenant = request.tenant,
                    .priority = parsed->priority,
                    .deadline = request.started + parsed->timeout.value_or(limits.default_timeout),
                    .client = request.client};
}

template <class Parsed>
asio::awaitable<http::Response> answer(const Services& services, Grant grant,
                                       http::Request& request, Parse<Parsed> parse,
                                       Print<Parsed> print) {
    const Duration reading = services.clock.now() - request.started;
    StageTimes times(services.clock);
    Result<native::Payload> payload = take_payload(request);
    if (!payload.ok()) co_return error_response(payload.error(), request);
    Result<Parsed> read = parse(std::move(*payload), services.buffers, grant.limits.parse);
    if (!read.ok()) co_return error_response(read.error(), request);
    const auto parsed = std::make_shared<const Parsed>(std::move(*read));
    declare(grant.place, parsed->vectors);
    Result<JobTerms> terms = terms_of(parsed, request, grant.limits);
    if (!terms.ok()) co_return error_response(terms.error(), request);
    const Duration parsing = times.finish("parse");

    Batcher& batcher = services.batcher;
    JobTerms& submitted = *terms;
    const Result<JobScores> scored = co_await async_scores(batcher, submitted);
    if (!scored.ok()) co_return error_response(scored.error(), request);
    if (const auto& fault = scored->scores.fault) {
        const Error error = describe(*fault, parsed->vectors, parsed->is_query_list);
        co_return error_response(error, request);
    }
    times.restart();
    times.add("queue", scored->waited);
    times.add("score", scored->scored);

    const native::Provenance provenance{.id = request.id, .backend = scored->backend};
    http::Response response = json_response(print(*parsed, scored->scores, provenance));
    const Duration printing = times.finish("print");
    record(services.metrics, {reading, parsing, scored->waited, scored->scored, printing});
    response.fields.add("Server-Timing", times.value());
    add_timing_fields(response, {.total = services.clock.now() - request.started,
                                 .queue = scored->waited,
                                 .inference = scored->scored,
                                 .compute = parsing + scored->scored + printing,
                                 .backend = scored->backend});
    co_return response;
}

std::string print_rerank(const RerankRequest& request, const TaskScores& scores,
                         const native::Provenance& provenance) {
    const std::vector<Ranking> rankings = rank(scores.values, request.vectors.queries.rows,
                                               request.vectors.documents.rows, request.top_n);
    return native::print_rankings(request, rankings, provenance);
}

std::string print_score(const ScoreRequest& request, const TaskScores& scores,
                        const native::Provenance& provenance) {
    return native::print_scores(request, scores.values, provenance);
}

}  // namespace

asio::awaitable<http::Response> handle_rerank(const Services& services, Grant grant,
                                              http::Request& request) {
    return answer<RerankRequest>(services, grant, request, &native::parse_rerank, &print_rerank);
}

asio::awaitable<http::Response> handle_score(const Services& services, Grant grant,
                                             http::Request& request) {
    return answer<ScoreRequest>(services, grant, request, &native::parse_score, &print_score);
}

}  // namespace qr
