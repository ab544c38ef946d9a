// Voyage: POST /v1/rerank with `top_k`; a repeated document is a plain string.
// Source: https://docs.voyageai.com/reference/reranker-api,
// https://github.com/voyage-ai/voyageai-python
#include "server/dialects/dialects.h"
#include "server/dialects/errors.h"

namespace qr::dialects {
namespace {

constexpr auto kFields = with_options({
    {"model", Meaning::model},
    {"query", Meaning::query},
    {"documents", Meaning::documents},
    {"top_k", Meaning::top_n},
    {"return_documents", Meaning::return_documents},
    {"truncation", Meaning::accepted},
});

constexpr Grammar grammar() {
    Grammar grammar(kFields);
    grammar.queries_at = "/query";
    return grammar;
}

void print_result(json::Writer& out, const RerankRequest& request, const RankedDocument& ranked) {
    out.begin_object();
    out.key("index");
    out.integer(ranked.index);
    out.key("relevance_score");
    out.number(ranked.score);
    if (const std::string* text = echoed_text(request, ranked.index)) out.field("document", *text);
    out.end_object();
}

Answer print(const RerankRequest& request, std::span<const double> scores,
             const native::Provenance& provenance) {
    json::Writer out;
    out.begin_object();
    out.field("object", "list");
    out.key("data");
    out.begin_array();
    const Ranking ranking = rankings_of(request, scores).front();
    for (const RankedDocument& ranked : ranking.documents)
        print_result(out, request, ranked);
    out.end_array();
    out.field("model", native::model_name(request.model, provenance));
    out.key("usage");
    out.begin_object();
    out.key("total_tokens");
    out.integer(provenance.tokens);
    out.end_object();
    out.end_object();
    return {.body = std::move(out).take()};
}

}  // namespace

const ScoringForm kVoyageRerank{.dialect = Dialect::voyage, .grammar = grammar(), .print = &print};

}  // namespace qr::dialects
