// text-embeddings-inference: POST /rerank and /similarity, and how its errors look.
// Source: https://github.com/huggingface/text-embeddings-inference,
// router/src/http/{server,types}.rs
#include "server/dialects/dialects.h"
#include "server/dialects/errors.h"
#include "server/json/writer.h"

namespace qr::dialects {
namespace {

constexpr auto kRerankFields = with_options({
    {"query", Meaning::query},
    {"texts", Meaning::documents},
    {"return_text", Meaning::return_documents},
    {"top_n", Meaning::top_n},  // LiteLLM sends it
    {"raw_scores", Meaning::accepted},
    {"truncate", Meaning::accepted},
    {"truncation_direction", Meaning::accepted},
});

constexpr auto kSimilarityFields = with_options({
    {"inputs", Meaning::source_and_sentences},
    {"parameters", Meaning::accepted},
});

constexpr Grammar rerank_grammar() {
    Grammar grammar(kRerankFields);
    grammar.queries_at = "/query";
    grammar.documents_at = "/texts";
    return grammar;
}

constexpr Grammar similarity_grammar() {
    Grammar grammar(kSimilarityFields);
    grammar.method = scoring::Method::cosine;
    grammar.queries_at = "/inputs/source_sentence";
    grammar.documents_at = "/inputs/sentences";
    return grammar;
}

Answer print_rerank(const RerankRequest& request, std::span<const double> scores,
                    const native::Provenance&) {
    const Ranking ranking = rankings_of(request, scores).front();
    json::Writer out;
    out.begin_array();
    for (const RankedDocument& ranked : ranking.documents) {
        out.begin_object();
        out.key("index");
        out.integer(ranked.index);
        if (const std::string* text = echoed_text(request, ranked.index)) out.field("text", *text);
        out.key("score");
        out.number(ranked.score);
        out.end_object();
    }
    out.end_array();
    return {.body = std::move(out).take()};
}

Answer print_similarity(const RerankRequest&, std::span<const double> scores,
                        const native::Provenance&) {
    json::Writer out;
    out.begin_array();
    for (const double score : scores)
        out.number(score);
    out.end_array();
    return {.body = std::move(out).take()};
}

std::string_view error_type(const Error& error) {
    if (error.reason == native::kEmptyReason) return "Empty";
    switch (error.code) {
        case Code::overloaded:
            return "Overloaded";
        case Code::unavailable:
            return "Unhealthy";
        case Code::no_encoder:
        case Code::internal:
        case Code::deadline_exceeded:
        case Code::out_of_memory:
            return "Backend";
        default:
            return "Validation";
    }
}

}  // namespace

const ScoringForm kTeiRerank{
    .dialect = Dialect::tei, .grammar = rerank_grammar(), .print = &print_rerank};
const ScoringForm kTeiSimilarity{
    .dialect = Dialect::tei, .grammar = similarity_grammar(), .print = &print_similarity};

int tei_status(const Error& error) {
    return error.reason == native::kEmptyReason ? 400 : native::status_of(error.code);
}

void print_tei_error(json::Writer& out, const Error& error) {
    out.field("error", error.message);
    out.field("error_type", error_type(error));
}

}  // namespace qr::dialects
