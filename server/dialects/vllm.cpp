// vLLM: POST /score. One query with many documents, or as many queries as documents in pairs.
// Its /rerank is the native dialect's superset.
// Source: https://github.com/vllm-project/vllm, vllm/entrypoints/pooling/score
#include "server/dialects/dialects.h"
#include "server/dialects/errors.h"

namespace qr::dialects {
namespace {

constexpr auto kFields = with_options({
    {"queries", Meaning::query_or_queries},
    {"query", Meaning::query_or_queries},
    {"text_1", Meaning::query_or_queries},
    {"data_1", Meaning::query_or_queries},
    {"documents", Meaning::document_or_documents},
    {"items", Meaning::document_or_documents},
    {"text_2", Meaning::document_or_documents},
    {"data_2", Meaning::document_or_documents},
    {"model", Meaning::model},
    {"truncate_prompt_tokens", Meaning::accepted},
    {"truncation_side", Meaning::accepted},
    {"use_activation", Meaning::accepted},
    {"activation", Meaning::accepted},
    {"user", Meaning::accepted},
    {"request_id", Meaning::accepted},
    {"cache_salt", Meaning::accepted},
    {"mm_processor_kwargs", Meaning::accepted},
});

constexpr Grammar grammar() {
    Grammar grammar(kFields);
    grammar.pairing = Pairing::one_to_many_or_zip;
    return grammar;
}

void print_score(json::Writer& out, std::size_t index, double score) {
    out.begin_object();
    out.key("index");
    out.integer(index);
    out.field("object", "score");
    out.key("score");
    out.number(score);
    out.end_object();
}

Answer print(const RerankRequest& request, std::span<const double> scores,
             const native::Provenance& provenance) {
    const std::size_t documents = request.vectors.documents.rows;
    const bool is_zip = request.vectors.queries.rows > 1;
    json::Writer out;
    out.begin_object();
    out.field("id", "score-" + std::string(provenance.id));
    out.field("object", "list");
    out.key("created");
    out.integer(provenance.created);
    out.field("model", native::model_name(request.model, provenance));
    out.key("data");
    out.begin_array();
    for (std::size_t i = 0; i < documents; ++i)
        print_score(out, i, scores[is_zip ? i * documents + i : i]);
    out.end_array();
    print_usage(out, provenance.tokens);
    out.end_object();
    return {.body = std::move(out).take()};
}

}  // namespace

const ScoringForm kVllmScore{.dialect = Dialect::openai, .grammar = grammar(), .print = &print};

}  // namespace qr::dialects
