// NVIDIA NIM: POST /v1/ranking. What it calls a logit is our score.
// Source: https://docs.nvidia.com/nim/nemo-retriever/text-reranking, the rankings mode of
// genai-perf
#include "server/dialects/dialects.h"
#include "server/dialects/errors.h"

namespace qr::dialects {
namespace {

constexpr auto kFields = with_options({
    {"model", Meaning::model},
    {"query", Meaning::query},
    {"passages", Meaning::documents},
    {"truncate", Meaning::accepted},
    {"top_n", Meaning::top_n},
});

constexpr Grammar grammar() {
    Grammar grammar(kFields);
    grammar.queries_at = "/query";
    grammar.documents_at = "/passages";
    return grammar;
}

Answer print(const RerankRequest& request, std::span<const double> scores,
             const native::Provenance& provenance) {
    json::Writer out;
    out.begin_object();
    out.key("rankings");
    out.begin_array();
    const Ranking ranking = rankings_of(request, scores).front();
    for (const RankedDocument& ranked : ranking.documents) {
        out.begin_object();
        out.key("index");
        out.integer(ranked.index);
        out.key("logit");
        out.number(ranked.score);
        out.end_object();
    }
    out.end_array();
    print_usage(out, provenance.tokens);
    out.end_object();
    return {.body = std::move(out).take()};
}

}  // namespace

const ScoringForm kNimRanking{.dialect = Dialect::native, .grammar = grammar(), .print = &print};

}  // namespace qr::dialects
