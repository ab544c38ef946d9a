// POST /v1/rerank and /v1/score in the native dialect: their fields, their forms.
#include <utility>

#include "host/rerank/reranker.h"
#include "server/dialects/dialects.h"

namespace qr::dialects {
namespace {

constexpr auto kRerankFields = with_options({
    {"query", Meaning::query},
    {"queries", Meaning::queries},
    {"documents", Meaning::documents},
    {"model", Meaning::model},
    {"top_n", Meaning::top_n},
    {"top_k", Meaning::top_k},
    {"return_documents", Meaning::return_documents},
    {"filter", Meaning::filter},
    {"return_vectors", Meaning::return_vectors},
    {"certify", Meaning::certify},
    // Of Cohere v1, Jina, Voyage and vLLM, whose clients may send them here.
    {"truncation", Meaning::accepted},
    {"truncate_prompt_tokens", Meaning::accepted},
    {"max_chunks_per_doc", Meaning::accepted},
    {"max_tokens_per_doc", Meaning::accepted},
    {"max_tokens_per_query", Meaning::accepted},
    {"raw_scores", Meaning::accepted},
    {"use_activation", Meaning::accepted},
    {"user", Meaning::accepted},
    {"rank_fields", Meaning::unused},
});

constexpr auto kScoreFields = with_options({
    {"query", Meaning::query},
    {"queries", Meaning::queries},
    {"documents", Meaning::documents},
    {"model", Meaning::model},
    {"precision", Meaning::precision},
});

constexpr Grammar rerank_grammar() {
    Grammar grammar(kRerankFields);
    grammar.documents = DocumentsNeeded::unless_collection;
    return grammar;
}

Answer print_rerank(const RerankRequest& request, std::span<const double> scores,
                    const native::Provenance& provenance) {
    return {.body = native::print_rankings(request, rankings_of(request, scores), provenance)};
}

Answer print_score(const RerankRequest& request, std::span<const double> scores,
                   const native::Provenance& provenance) {
    return {.body = native::print_scores(request, scores, provenance)};
}

}  // namespace

const ScoringForm kNativeRerank{.dialect = Dialect::native,
                                .grammar = rerank_grammar(),
                                .print = &print_rerank,
                                .with_top_k = &kVoyageRerank};
const ScoringForm kNativeScore{
    .dialect = Dialect::native, .grammar = Grammar(kScoreFields), .print = &print_score};

std::vector<Ranking> rankings_of(const RerankRequest& request, std::span<const double> scores) {
    return rank(scores, request.vectors.queries.rows, request.vectors.documents.rows,
                request.top_n);
}

}  // namespace qr::dialects

namespace qr::native {

Result<RerankRequest> parse_rerank(Payload payload, BufferPool& buffers,
                                   const ParseLimits& limits) {
    const dialects::ScoringChoice choice{"", &dialects::kNativeRerank};
    return dialects::read_scoring(std::move(payload), buffers, limits, {&choice, 1}).request;
}

Result<ScoreRequest> parse_score(Payload payload, BufferPool& buffers, const ParseLimits& limits) {
    const dialects::ScoringChoice choice{"", &dialects::kNativeScore};
    auto reading = dialects::read_scoring(std::move(payload), buffers, limits, {&choice, 1});
    if (!reading.request) return std::move(reading.request).error();
    return static_cast<ScoreRequest&&>(*std::move(reading.request));
}

}  // namespace qr::native
