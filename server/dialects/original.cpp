#include "server/dialects/original.h"

#include <algorithm>
#include <array>

#include "server/dialects/dialects.h"
#include "server/json/writer.h"

namespace qr::dialects {
namespace {

struct MethodWord {
    std::string_view name;
    scoring::Method method;
};
constexpr std::array<MethodWord, 3> kMethodWords = {{
    {"classical", scoring::Method::cosine},
    {"quantum", scoring::Method::fidelity},
    {"hybrid", scoring::Method::signed_fidelity},
}};

constexpr FieldTable kFields({
    {"query", Meaning::query},
    {"candidates", Meaning::documents},
    {"top_k", Meaning::top_n},
    {"method", Meaning::original_method},
    {"user_context", Meaning::accepted},
    {"timeout_ms", Meaning::timeout},
    {"priority", Meaning::priority},
});

constexpr Grammar grammar() {
    Grammar grammar(kFields);
    grammar.top_n = 10;
    grammar.queries_at = "/query";
    grammar.documents_at = "/candidates";
    return grammar;
}

void print_result(json::Writer& out, const RerankRequest& request, const RankedDocument& ranked,
                  std::size_t rank) {
    out.begin_object();
    if (!request.labels.empty() && request.labels.at(ranked.index).text) {
        out.field("text", *request.labels[ranked.index].text);
    }
    out.key("similarity_score");
    out.number(ranked.score);
    out.key("rank");
    out.integer(rank);
    out.key("metadata");
    out.begin_object();
    out.key("index");
    out.integer(ranked.index);
    out.end_object();
    out.end_object();
}

Answer print(const RerankRequest& request, std::span<const double> scores,
             const native::Provenance& provenance) {
    const Ranking ranking = rankings_of(request, scores).front();
    json::Writer out;
    out.begin_object();
    out.key("results");
    out.begin_array();
    std::size_t rank = 0;
    for (const RankedDocument& ranked : ranking.documents)
        print_result(out, request, ranked, ++rank);
    out.end_array();
    out.key("query_metadata");
    out.begin_object();
    out.field("id", provenance.id);
    out.key("candidates");
    out.integer(request.vectors.documents.rows);
    out.field("scoring_method", scoring::info(request.method).name);
    out.field("equivalent_classical", scoring::info(request.method).equivalent_classical);
    out.end_object();
    out.key("computation_time_ms");
    out.number(provenance.milliseconds);
    out.field("method_used", original_method_name(request.method));
    out.end_object();
    return {.body = std::move(out).take()};
}

}  // namespace

const ScoringForm kOriginalRerank{
    .dialect = Dialect::native, .grammar = grammar(), .print = &print};

std::optional<scoring::Method> find_original_method(std::string_view name) {
    const auto found = std::ranges::find(kMethodWords, name, &MethodWord::name);
    if (found == kMethodWords.end()) return std::nullopt;
    return found->method;
}

std::string_view original_method_name(scoring::Method method) {
    const auto found = std::ranges::find(kMethodWords, method, &MethodWord::method);
    return found == kMethodWords.end() ? std::string_view() : found->name;
}

std::string original_method_names() {
    std::string names;
    for (const MethodWord& word : kMethodWords)
        names += (names.empty() ? "" : ", ") + std::string(word.name);
    return names;
}

}  // namespace qr::dialects
