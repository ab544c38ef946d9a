#include "server/cli/rerank_local.h"

#include <cstring>
#include <utility>

#include "host/backend/backends.h"
#include "host/rerank/reranker.h"
#include "server/app/backend_options.h"
#include "server/app/request_limits.h"
#include "server/dialects/native.h"

namespace qr::cli {
namespace {

constexpr std::string_view kId = "local";

native::Payload payload_of(const LocalRerank& job) {
    native::Payload payload{.storage = Buffer(job.request.size()),
                            .size = job.request.size(),
                            .header_length = job.header_length};
    std::memcpy(payload.storage.data(), job.request.data(), job.request.size());
    std::memset(payload.storage.data() + job.request.size(), 0, Buffer::kPadding);
    return payload;
}

std::string print(const RerankRequest& request, const std::vector<double>& scores,
                  std::string_view backend) {
    const std::vector<Ranking> rankings =
        rank(scores, request.vectors.queries.rows, request.vectors.documents.rows, request.top_n);
    return native::print_rankings(request, rankings, {.id = kId, .backend = backend});
}

}  // namespace

Result<std::string> rerank_local(const LocalRerank& job, const Config& config) {
    BufferPool buffers(config.cached_bytes_max);
    Result<RerankRequest> parsed =
        native::parse_rerank(payload_of(job), buffers, parse_limits_of(config));
    if (!parsed) return std::move(parsed).error();
    RerankRequest& request = *parsed;
    if (job.texts == Texts::always) request.return_documents = true;
    const Result<ScoreTask> task =
        prepare(request.vectors, request.method, rerank_limits_of(config));
    if (!task) return task.error();
    auto backend = make_backend(config.backend, backend_options_of(config));
    if (!backend) return std::move(backend).error();
    Result<Scores> scores = (*backend)->score({.tasks = {*task}});
    if (!scores) return std::move(scores).error();
    const TaskScores& found = scores->tasks.at(0);
    if (found.fault) return describe(*found.fault, request.vectors, request.is_query_list);
    return print(request, found.values, (*backend)->name());
}

}  // namespace qr::cli
