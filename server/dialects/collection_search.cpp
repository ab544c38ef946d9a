#include "server/dialects/collection_search.h"

#include <new>
#include <utility>

#include "kernels/math/amplitude.h"
#include "server/dialects/collection_print.h"
#include "server/dialects/native_request.h"
#include "server/json/writer.h"

namespace qr::collections {
namespace {

using dialects::Meaning;

constexpr std::size_t kHeadBytes = 1024;  // of an answer without its results: a reservation
constexpr std::size_t kHitBytes = 96;     // of one result without its document, likewise

constexpr dialects::FieldTable<12> kFields({
    {"query", Meaning::query},
    {"queries", Meaning::queries},
    {"k", Meaning::k},
    {"filter", Meaning::filter},
    {"method", Meaning::method},
    {"return_documents", Meaning::return_documents},
    {"return_vectors", Meaning::return_vectors},
    {"certify", Meaning::certify},
    {"timeout_ms", Meaning::timeout},
    {"priority", Meaning::priority},
    {"model", Meaning::model},
    {"truncation", Meaning::accepted},
});

constexpr dialects::Grammar grammar() {
    dialects::Grammar grammar(kFields);
    grammar.documents = dialects::DocumentsNeeded::never;
    return grammar;
}

constexpr dialects::Grammar kGrammar = grammar();

Result<RerankRequest> read(native::Payload payload, BufferPool& buffers,
                           const native::ParseLimits& limits, std::size_t dimension) {
    const auto parts = native::split(payload);
    if (!parts) return parts.error();
    native::RequestReader reader(*parts, buffers, limits);
    reader.expect(dimension);
    if (const auto done = reader.read(kGrammar); !done) return done.error();
    return reader.finish(std::move(payload), kGrammar);
}

void print_hit(json::Writer& out, const FoundDocument& found, bool has_vector) {
    out.begin_object();
    out.field("id", found.id);
    out.key("relevance_score");
    out.number(found.score);
    if (found.document != nullptr) {
        out.key("document");
        out.begin_object();
        print_fields(out, found.document->document.fields);
        if (has_vector) print_vector(out, found.document->vector);
        out.end_object();
    }
    out.end_object();
}

void print_ranking(json::Writer& out, const std::vector<FoundDocument>& ranking, bool has_vector) {
    out.begin_array();
    for (const FoundDocument& found : ranking)
        print_hit(out, found, has_vector);
    out.end_array();
}

double milliseconds(Duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

void print_integer(json::Writer& out, std::string_view name, std::uint64_t value) {
    out.key(name);
    out.integer(value);
}

void print_meta(json::Writer& out, const RerankRequest& request, const Findings& findings) {
    out.key("meta");
    out.begin_object();
    print_integer(out, "dimension", findings.dimension);
    print_integer(out, "qubits", math::qubits(findings.dimension));
    print_integer(out, "rows", findings.rows);
    print_integer(out, "rescored", findings.rescored);
    print_integer(out, "retries", findings.retries);
    print_integer(out, "pass_queries", findings.pass_queries);
    out.key("waited_ms");
    out.number(milliseconds(findings.waited));
    out.key("searched_ms");
    out.number(milliseconds(findings.searched));
    print_texts(out, "warnings", request.warnings);
    out.key("api_version");
    out.begin_object();
    out.field("version", "1");
    out.end_object();
    out.end_object();
}

void print_head(json::Writer& out, const RerankRequest& request, const Findings& findings,
                const native::Provenance& provenance) {
    out.field("id", provenance.id);
    out.field("model", native::model_name(request.model, provenance));
    out.field("collection", findings.collection);
    out.field("method", scoring::info(request.method).name);
    out.field("backend", provenance.backend);
    out.key("exact");
    out.boolean(findings.is_exact);
    out.field("equivalent_classical", scoring::info(request.method).equivalent_classical);
}

}  // namespace

Result<RerankRequest> read_search(native::Payload payload, BufferPool& buffers,
                                  const native::ParseLimits& limits, std::size_t dimension) {
    try {
        return read(std::move(payload), buffers, limits, dimension);
    } catch (const std::bad_alloc&) {
        return Error{.code = Code::out_of_memory, .message = "body: no memory left to parse it"};
    }
}

std::string print_search(const RerankRequest& request, const Findings& findings,
                         const native::Provenance& provenance) {
    std::size_t hits = 0;
    for (const auto& ranking : findings.rankings)
        hits += ranking.size();
    json::Writer out(kHeadBytes + kHitBytes * hits);
    const bool has_vector = request.collection->return_vectors;
    out.begin_object();
    print_head(out, request, findings, provenance);
    out.key("results");
    if (request.is_query_list) {
        out.begin_array();
        for (const auto& ranking : findings.rankings)
            print_ranking(out, ranking, has_vector);
        out.end_array();
    } else {
        print_ranking(out, findings.rankings.front(), has_vector);
    }
    out.key("bound");
    out.number(findings.bound);
    if (findings.missing > 0) print_integer(out, "missing", findings.missing);
    out.key("usage");
    out.begin_object();
    print_integer(out, "queries", request.vectors.queries.rows);
    print_integer(out, "prompt_tokens", provenance.tokens);
    print_integer(out, "total_tokens", provenance.tokens);
    out.end_object();
    print_meta(out, request, findings);
    out.end_object();
    return std::move(out).take();
}

}  // namespace qr::collections
