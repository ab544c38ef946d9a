// Cohere: POST /v1/rerank and /v2/rerank.
// Source: https://github.com/cohere-ai/cohere-developer-experience, cohere-openapi.yaml
#include "server/dialects/dialects.h"
#include "server/dialects/errors.h"

namespace qr::dialects {
namespace {

constexpr auto kV1Fields = with_options({
    {"model", Meaning::model},
    {"query", Meaning::query},
    {"documents", Meaning::documents},
    {"top_n", Meaning::top_n},
    {"return_documents", Meaning::return_documents},
    {"max_chunks_per_doc", Meaning::accepted},
    {"rank_fields", Meaning::unused},
});

constexpr auto kV2Fields = with_options({
    {"model", Meaning::model},
    {"query", Meaning::query},
    {"documents", Meaning::documents},
    {"top_n", Meaning::top_n},
    {"max_tokens_per_doc", Meaning::accepted},
});

constexpr Grammar grammar_of(Grammar grammar) {
    grammar.queries_at = "/query";
    return grammar;
}

void print_meta(json::Writer& out, const RerankRequest& request, std::string_view version,
                std::size_t tokens) {
    out.key("meta");
    out.begin_object();
    out.key("api_version");
    out.begin_object();
    out.field("version", version);
    out.end_object();
    out.key("billed_units");
    out.begin_object();
    out.key("search_units");
    out.integer(1);
    out.end_object();
    out.key("tokens");
    out.begin_object();
    out.key("input_tokens");
    out.integer(tokens);
    out.end_object();
    print_warnings(out, request);
    out.end_object();
}

Answer print(const RerankRequest& request, std::span<const double> scores,
             const native::Provenance& provenance, std::string_view version) {
    const Ranking ranking = rankings_of(request, scores).front();
    json::Writer out;
    out.begin_object();
    out.field("id", provenance.id);
    print_results(out, request, ranking);
    print_meta(out, request, version, provenance.tokens);
    out.end_object();
    return {.body = std::move(out).take()};
}

Answer print_v1(const RerankRequest& request, std::span<const double> scores,
                const native::Provenance& provenance) {
    return print(request, scores, provenance, "1");
}

Answer print_v2(const RerankRequest& request, std::span<const double> scores,
                const native::Provenance& provenance) {
    return print(request, scores, provenance, "2");
}

}  // namespace

const ScoringForm kCohereV1Rerank{
    .dialect = Dialect::cohere, .grammar = grammar_of(Grammar(kV1Fields)), .print = &print_v1};
const ScoringForm kCohereV2Rerank{
    .dialect = Dialect::cohere, .grammar = grammar_of(Grammar(kV2Fields)), .print = &print_v2};

}  // namespace qr::dialects
