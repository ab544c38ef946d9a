// Rankings and scores to the bytes of the native answer, a superset of Cohere's and Jina's.
#include "host/base/check.h"
#include "kernels/math/amplitude.h"
#include "server/dialects/errors.h"
#include "server/dialects/native.h"
#include "server/json/writer.h"

namespace qr::native {
namespace {

constexpr std::string_view kNoModel = "vectors";
constexpr std::size_t kHeadBytes = 1024;  // of an answer without its results: a reservation
constexpr std::size_t kScoreBytes = 64;   // of one result without a text, likewise

void print_head(json::Writer& out, const ScoreRequest& request, const Provenance& provenance) {
    out.field("id", provenance.id);
    out.field("model", model_name(request.model, provenance));
    out.field("method", scoring::info(request.method).name);
    out.field("backend", provenance.backend);
    out.key("exact");
    out.boolean(true);
    out.field("equivalent_classical", scoring::info(request.method).equivalent_classical);
}

void print_tail(json::Writer& out, const ScoreRequest& request, const Provenance& provenance) {
    const VectorInput& vectors = request.vectors;
    out.key("usage");
    out.begin_object();
    out.key("queries");
    out.integer(vectors.queries.rows);
    out.key("documents");
    out.integer(vectors.documents.rows);
    out.key("prompt_tokens");
    out.integer(provenance.tokens);
    out.key("total_tokens");
    out.integer(provenance.tokens);
    out.end_object();
    out.key("meta");
    out.begin_object();
    out.key("dimension");
    out.integer(vectors.documents.dimension);
    out.key("qubits");
    out.integer(math::qubits(vectors.documents.dimension));
    out.key("warnings");
    out.begin_array();
    for (const std::string& warning : request.warnings)
        out.string(warning);
    out.end_array();
    out.key("api_version");
    out.begin_object();
    out.field("version", "1");
    out.end_object();
    out.key("billed_units");
    out.begin_object();
    out.key("search_units");
    out.integer(1);
    out.end_object();
    out.end_object();
}

void print_result(json::Writer& out, const RerankRequest& request, const RankedDocument& ranked) {
    out.begin_object();
    out.key("index");
    out.integer(ranked.index);
    if (!request.labels.empty() && request.labels.at(ranked.index).id) {
        out.field("id", *request.labels[ranked.index].id);
    }
    out.key("relevance_score");
    out.number(ranked.score);
    if (const std::string* text = dialects::echoed_text(request, ranked.index)) {
        out.key("document");
        out.begin_object();
        out.field("text", *text);
        out.end_object();
    }
    out.end_object();
}

void print_ranking(json::Writer& out, const RerankRequest& request, const Ranking& ranking) {
    out.begin_array();
    for (const RankedDocument& ranked : ranking.documents)
        print_result(out, request, ranked);
    out.end_array();
}

}  // namespace

std::string_view model_name(const std::optional<std::string>& asked, const Provenance& provenance) {
    if (!provenance.encoder.empty()) return provenance.encoder;
    return asked ? std::string_view(*asked) : kNoModel;
}

std::string print_rankings(const RerankRequest& request, std::span<const Ranking> rankings,
                           const Provenance& provenance) {
    QR_CHECK(rankings.size() == request.vectors.queries.rows);
    const std::size_t results = rankings.size() * rankings.front().documents.size();
    json::Writer out(kHeadBytes + kScoreBytes * results);
    out.begin_object();
    print_head(out, request, provenance);
    out.key("results");
    if (request.is_query_list) {
        out.begin_array();
        for (const Ranking& ranking : rankings)
            print_ranking(out, request, ranking);
        out.end_array();
    } else {
        print_ranking(out, request, rankings.front());
    }
    print_tail(out, request, provenance);
    out.end_object();
    return std::move(out).take();
}

std::string print_scores(const ScoreRequest& request, std::span<const double> scores,
                         const Provenance& provenance) {
    const std::size_t documents = request.vectors.documents.rows;
    QR_CHECK(scores.size() == request.vectors.queries.rows * documents);
    json::Writer out(kHeadBytes + kScoreBytes * scores.size() / 2);
    out.begin_object();
    print_head(out, request, provenance);
    out.field("precision", "double");
    out.key("scores");
    out.begin_array();
    for (std::size_t query = 0; query < request.vectors.queries.rows; ++query) {
        out.begin_array();
        for (const double score : scores.subspan(query * documents, documents))
            out.number(score);
        out.end_array();
    }
    out.end_array();
    print_tail(out, request, provenance);
    out.end_object();
    return std::move(out).take();
}

}  // namespace qr::native

namespace qr::dialects {

void print_results(json::Writer& out, const RerankRequest& request, const Ranking& ranking) {
    out.key("results");
    native::print_ranking(out, request, ranking);
}

}  // namespace qr::dialects
