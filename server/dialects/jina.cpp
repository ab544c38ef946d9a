// Jina: POST /v1/rerank. Documents are repeated unless the request says otherwise.
// Source: the clients of langchain_community, llama-index and haystack.
#include "server/dialects/dialects.h"
#include "server/dialects/errors.h"

namespace qr::dialects {
namespace {

constexpr auto kFields = with_options({
    {"model", Meaning::model},
    {"query", Meaning::query},
    {"documents", Meaning::documents},
    {"top_n", Meaning::top_n},
    {"return_documents", Meaning::return_documents},
    {"truncation", Meaning::accepted},
});

constexpr Grammar grammar() {
    Grammar grammar(kFields);
    grammar.queries_at = "/query";
    grammar.returns_documents = true;
    return grammar;
}

Answer print(const RerankRequest& request, std::span<const double> scores,
             const native::Provenance& provenance) {
    const Ranking ranking = rankings_of(request, scores).front();
    json::Writer out;
    out.begin_object();
    out.field("model", native::model_name(request.model, provenance));
    out.field("object", "list");
    print_usage(out, provenance.tokens);
    print_results(out, request, ranking);
    out.end_object();
    return {.body = std::move(out).take()};
}

}  // namespace

const ScoringForm kJinaRerank{.dialect = Dialect::jina, .grammar = grammar(), .print = &print};

}  // namespace qr::dialects
