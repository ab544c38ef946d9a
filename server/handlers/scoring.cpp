#include "server/handlers/scoring.h"

#include <string>
#include <utility>
#include <vector>

#include "server/app/await_scores.h"
#include "server/handlers/respond.h"
#include "server/handlers/stage_times.h"

namespace qr {
namespace {

namespace asio = boost::asio;

template <class Parsed>
using Parse = Result<Parsed> (*)(native::Payload, BufferPool&, const native::ParseLimits&);
template <class Parsed>
using Print = std::string (*)(const Parsed&, const TaskScores&, const native::Provenance&);

// The job a parsed request asks for. Errors: `invalid`, where a limit is passed.
template <class Parsed>
Result<JobTerms> terms_of(const Parsed& parsed, const http::Request& request,
                          const Services& services) {
    const Result<ScoreTask> task = prepare(parsed.vectors, parsed.method, services.rerank_limits);
    if (!task.ok()) return task.error();
    return JobTerms{
        .task = *task,
        .tenant = request.tenant,
        .priority = parsed.priority,
        .deadline = request.started + parsed.timeout.value_or(services.default_timeout)};
}

template <class Parsed>
asio::awaitable<http::Response> answer(const Services& services, http::Request& request,
                                       Parse<Parsed> parse, Print<Parsed> print) {
    StageTimes times(services.clock);
    Result<native::Payload> payload = take_payload(request);
    if (!payload.ok()) co_return error_response(payload.error(), request);
    const Result<Parsed> parsed =
        parse(std::move(*payload), services.buffers, services.parse_limits);
    if (!parsed.ok()) co_return error_response(parsed.error(), request);
    Result<JobTerms> terms = terms_of(*parsed, request, services);
    if (!terms.ok()) co_return error_response(terms.error(), request);
    times.finish("parse");

    Batcher& batcher = services.batcher;
    JobTerms& submitted = *terms;
    const Result<JobScores> scored = co_await async_scores(batcher, submitted);
    if (!scored.ok()) co_return error_response(scored.error(), request);
    if (const auto& fault = scored->scores.fault) {
        const Error error = describe(*fault, parsed->vectors, parsed->is_query_list);
        co_return error_response(error, request);
    }
    services.metrics.queue_wait_seconds.Observe(
        std::chrono::duration<double>(scored->waited).count());
    times.restart();
    times.add("queue", scored->waited);
    times.add("score", scored->scored);

    const native::Provenance provenance{.id = request.id, .backend = scored->backend};
    http::Response response = json_response(print(*parsed, scored->scores, provenance));
    times.finish("print");
    response.fields.add("Server-Timing", times.value());
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

asio::awaitable<http::Response> handle_rerank(const Services& services, http::Request& request) {
    return answer<RerankRequest>(services, request, &native::parse_rerank, &print_rerank);
}

asio::awaitable<http::Response> handle_score(const Services& services, http::Request& request) {
    return answer<ScoreRequest>(services, request, &native::parse_score, &print_score);
}

}  // namespace qr
