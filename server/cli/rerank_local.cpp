#include "server/cli/rerank_local.h"

#include <cstring>
#include <utility>

#include "host/backend/backends.h"
#include "host/base/check.h"
#include "host/rerank/reranker.h"
#include "host/rerank/text_rows.h"
#include "host/text/encode_now.h"
#include "server/app/backend_options.h"
#include "server/app/make_encoder.h"
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

// What the encoder did for a request: its name and the tokens it counted.
struct Encoded {
    std::string encoder;
    std::size_t tokens = 0;
};

Result<Encoded> encode(RerankRequest& request, Encoder* encoder, BufferPool& buffers) {
    if (request.texts.is_empty()) return Encoded{};
    QR_CHECK(encoder != nullptr);  // the parser refuses texts without one
    Result<EncodedTexts> texts = encode_now(*encoder, encoder_inputs(request));
    if (!texts) return std::move(texts).error();
    Encoded encoded{.encoder = encoder->info().name, .tokens = texts->tokens};
    const Result<void> placed = place_vectors(request, *std::move(texts), buffers);
    if (!placed) return placed.error();
    return encoded;
}

std::string print(const RerankRequest& request, const std::vector<double>& scores,
                  std::string_view backend, const Encoded& encoded) {
    const std::vector<Ranking> rankings =
        rank(scores, request.vectors.queries.rows, request.vectors.documents.rows, request.top_n);
    return native::print_rankings(
        request, rankings,
        {.id = kId, .backend = backend, .encoder = encoded.encoder, .tokens = encoded.tokens});
}

}  // namespace

Result<std::string> rerank_local(const LocalRerank& job, const Config& config) {
    const SteadyClock clock;
    BufferPool buffers(config.cached_bytes_max);
    const auto encoder = make_encoder(config, clock, buffers);
    if (!encoder) return encoder.error();
    native::ParseLimits limits = parse_limits_of(config);
    limits.takes_text = *encoder != nullptr;
    Result<RerankRequest> parsed = native::parse_rerank(payload_of(job), buffers, limits);
    if (!parsed) return std::move(parsed).error();
    RerankRequest& request = *parsed;
    if (job.texts == Texts::always) request.return_documents = true;
    const auto encoded = encode(request, encoder->get(), buffers);
    if (!encoded) return encoded.error();
    const Result<ScoreTask> task =
        prepare(request.vectors, request.method, rerank_limits_of(config));
    if (!task) return task.error();
    auto backend = make_backend(config.backend, backend_options_of(config));
    if (!backend) return std::move(backend).error();
    Result<Scores> scores = (*backend)->score({.tasks = {*task}});
    if (!scores) return std::move(scores).error();
    const TaskScores& found = scores->tasks.at(0);
    if (found.fault) return describe(*found.fault, request.vectors, request.is_query_list);
    return print(request, found.values, (*backend)->name(), *encoded);
}

}  // namespace qr::cli
