#include "server/handlers/search.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "host/base/misfit.h"
#include "host/rerank/reranker.h"
#include "server/app/await_search.h"
#include "server/app/await_work.h"
#include "server/dialects/collection_search.h"
#include "server/handlers/collection_access.h"
#include "server/handlers/respond.h"
#include "server/handlers/timing_fields.h"

namespace qr {
namespace {

namespace asio = boost::asio;
using collections::Findings;
using collections::FoundDocument;
using Found = std::shared_ptr<Collection>;
using Parsed = std::shared_ptr<RerankRequest>;

// What is read of the store for an answer, and whatever it points into.
struct Gathered {
    std::vector<std::vector<FoundDocument>> rankings;  // one a query
    std::vector<FetchedDocument> documents;
};

Error wrong_dimension(const CollectionInfo& info, const VectorInput& vectors, bool is_query_list) {
    Error error{.code = Code::invalid,
                .message = {},
                .pointer = is_query_list ? "/queries" : "/query",
                .found = std::to_string(vectors.queries.dimension) + " numbers",
                .allowed = std::to_string(info.settings.layout.dimension) +
                           " (those of collection '" + info.name + "')"};
    if (!vectors.queries_at.empty()) error.pointer = vectors.queries_at;
    error.message = misfit_text(error.pointer, error.found, error.allowed);
    return error;
}

// Of a collection that a request's body names.
Error named_at(Error error) {
    if (error.pointer.empty()) error.pointer = "/collection";
    return error;
}

// The fault of the first query that has one.
std::optional<RowFault> fault_of(const std::vector<SearchResult>& results) {
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (!results[i].fault) continue;
        RowFault fault = *results[i].fault;
        fault.row = i;
        return fault;
    }
    return std::nullopt;
}

// The documents of all hits, each read once, in one call.
Result<std::vector<FetchedDocument>> fetch_all(const Collection& collection,
                                               const Gathered& gathered, WithVector with_vector) {
    std::vector<std::string> ids;
    for (const auto& ranking : gathered.rankings)
        for (const FoundDocument& found : ranking)
            ids.push_back(found.id);
    std::ranges::sort(ids);
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return collection.fetch(ids, with_vector);
}

Result<Gathered> gather(const Collection& collection, const SearchAnswer& answer,
                        const RerankRequest& request) {
    Gathered gathered;
    for (const SearchResult& result : answer.results) {
        std::vector<std::string> ids = collection.ids(answer.ground, result.hits);
        std::vector<FoundDocument>& ranking = gathered.rankings.emplace_back();
        for (std::size_t i = 0; i < ids.size(); ++i)
            ranking.push_back({std::move(ids[i]), result.hits[i].score, nullptr});
    }
    const bool has_vectors = request.collection->return_vectors;
    if (!request.return_documents && !has_vectors) return gathered;
    auto fetched = fetch_all(collection, gathered, has_vectors ? WithVector::yes : WithVector::no);
    if (!fetched.ok()) return fetched.error();
    gathered.documents = *std::move(fetched);
    std::unordered_map<std::string_view, const FetchedDocument*> by_id;
    for (const FetchedDocument& document : gathered.documents)
        by_id.emplace(document.document.id, &document);
    for (auto& ranking : gathered.rankings) {
        for (FoundDocument& found : ranking) {
            const auto document = by_id.find(found.id);
            if (document != by_id.end()) found.document = document->second;
        }
    }
    return gathered;
}

Findings findings_of(const SearchAnswer& answer, std::size_t dimension) {
    Findings findings{.collection = {},
                      .dimension = dimension,
                      .rankings = {},
                      .missing = answer.ground.missing,
                      .pass_queries = answer.pass_queries,
                      .waited = answer.waited,
                      .searched = answer.searched};
    findings.is_exact = answer.ground.missing == 0;
    for (const SearchResult& result : answer.results) {
        findings.is_exact = findings.is_exact && result.is_exact;
        findings.bound = std::max(findings.bound, result.bound);
        findings.rows = std::max(findings.rows, result.rows);
        findings.rescored += result.rescored;
        findings.retries += result.retries;
    }
    return findings;
}

SearchTerms terms_of(const Found& collection, const Parsed& parsed, const http::Request& request,
                     const RequestLimits& limits) {
    SearchTerms terms{.job = {.collection = collection,
                              .queries = parsed->vectors.queries,
                              .vectors = parsed,
                              .k = parsed->top_n == 0 ? collections::kUnaskedK : parsed->top_n,
                              .method = parsed->method,
                              .filter = parsed->collection->filter,
                              .is_certified = parsed->collection->is_certified,
                              .priority = parsed->priority,
                              .tenant = request.tenant,
                              .deadline = deadline_of(*parsed, request, limits),
                              .sink = nullptr},
                      .client = request.client};
    return terms;
}

// Takes the texts of named documents into the labels, where they are wanted.
Result<void> label(const Collection& collection, RerankRequest& request,
                   const std::vector<std::string>& ids) {
    if (!request.return_documents) return {};
    const auto fetched = collection.fetch(ids, WithVector::no);
    if (!fetched.ok()) return fetched.error();
    std::unordered_map<std::string_view, const std::string*> texts;
    for (const FetchedDocument& document : *fetched)
        if (document.document.fields.text)
            texts.emplace(document.document.id, &*document.document.fields.text);
    for (DocumentLabel& named : request.labels) {
        const auto text = texts.find(*named.id);
        if (text != texts.end()) named.text = *text->second;
    }
    return {};
}

Result<JobScores> score_now(const Collection& collection, RerankRequest& request,
                            std::string_view engine, const Clock& clock, TimePoint submitted) {
    const TimePoint begun = clock.now();
    std::vector<std::string> ids;
    for (const DocumentLabel& named : request.labels)
        ids.push_back(*named.id);
    const auto rows = collection.find(ids);
    if (!rows.ok()) return below(rows.error(), request.vectors.documents_at);
    if (const auto labelled = label(collection, request, ids); !labelled.ok()) {
        return labelled.error();
    }
    auto scores = rows->view->score(request.vectors.queries, rows->slots, request.method);
    if (!scores.ok()) return scores.error();
    return JobScores{.scores = *std::move(scores),
                     .backend = engine,
                     .waited = begun - submitted,
                     .scored = clock.now() - begun};
}

}  // namespace

asio::awaitable<http::Response> handle_search(const Services& services, Grant grant,
                                              http::Request& request, std::string_view name) {
    StageTimes times(services.clock);
    const Result<Found> collection = find_collection(services, name);
    if (!collection.ok()) co_return error_response(collection.error(), request);
    Result<native::Payload> payload = take_payload(request);
    if (!payload.ok()) co_return error_response(payload.error(), request);
    native::ParseLimits limits = grant.limits.parse;
    limits.takes_text = services.encoder != nullptr;
    const std::size_t dimension = (*collection)->info().settings.layout.dimension;
    auto read = collections::read_search(std::move(*payload), services.buffers, limits, dimension);
    if (!read.ok()) co_return error_response(read.error(), request);
    const auto parsed = std::make_shared<RerankRequest>(*std::move(read));
    times.finish("parse");
    std::string searched(name);
    co_return co_await answer_search(services, grant, request, parsed, std::move(searched),
                                     std::move(times));
}

asio::awaitable<http::Response> answer_search(const Services& services, Grant grant,
                                              http::Request& request, Parsed parsed,
                                              std::string name, StageTimes times) {
    const Result<Found> collection = find_collection(services, name);
    if (!collection.ok()) co_return error_response(collection.error(), request);
    const CollectionInfo info = (*collection)->info();
    const auto encoder = check_encoder(info, services.encoder, *parsed);
    if (!encoder.ok()) co_return error_response(encoder.error(), request);
    const std::shared_ptr<ScoreRequest> texts = parsed;
    const Result<TextEncoding> encoding = co_await encode_texts(services, grant, request, texts);
    if (!encoding.ok()) co_return error_response(encoding.error(), request);
    const MatrixView queries = parsed->vectors.queries;
    if (queries.dimension != info.settings.layout.dimension) {
        const Error error = wrong_dimension(info, parsed->vectors, parsed->is_query_list);
        co_return error_response(error, request);
    }
    if (encoding->usage.texts > 0) times.add("encode", encoding->waited + encoding->encoded);
    grant.place.declare(queries.rows, queries.rows * queries.dimension * sizeof(float));

    SearchTerms terms = terms_of(*collection, parsed, request, grant.limits);
    SearchDesk& desk = services.collections->desk;
    const Result<SearchAnswer> answer = co_await async_search(desk, terms);
    if (!answer.ok()) co_return error_response(answer.error(), request);
    if (const auto fault = fault_of(answer->results)) {
        const Error error = describe(*fault, parsed->vectors, parsed->is_query_list);
        co_return error_response(error, request);
    }
    times.add("queue", answer->waited);
    times.add("search", answer->searched);
    times.restart();
    WorkTerms<Gathered> gathering{.work = [collection = *collection, &answer = *answer, parsed] {
        return gather(*collection, answer, *parsed);
    }};
    WorkPool& work = services.collections->work;
    Result<Gathered> gathered = co_await async_work(work, gathering);
    if (!gathered.ok()) co_return error_response(gathered.error(), request);
    times.finish("fetch");

    Findings findings = findings_of(*answer, info.settings.layout.dimension);
    findings.collection = name;
    findings.rankings = std::move(gathered->rankings);
    const std::string model = encoding->usage.texts > 0 ? services.encoder->info().name : "";
    const native::Provenance provenance{.id = request.id,
                                        .backend = services.collections->engine,
                                        .encoder = model,
                                        .tokens = encoding->usage.tokens};
    http::Response response =
        json_response(collections::print_search(*parsed, findings, provenance));
    const Duration printing = times.finish("print");
    response.fields.add("Server-Timing", times.value());
    add_timing_fields(response, {.total = services.clock.now() - request.started,
                                 .queue = encoding->waited + answer->waited,
                                 .inference = answer->searched,
                                 .compute = encoding->encoded + answer->searched + printing,
                                 .backend = services.collections->engine,
                                 .tokenization = encoding->encoded,
                                 .texts = encoding->usage});
    co_return response;
}

asio::awaitable<Result<JobScores>> score_named(const Services& services, Grant grant,
                                               http::Request& request, Parsed parsed) {
    const Result<Found> collection = find_collection(services, parsed->collection->name);
    if (!collection.ok()) co_return named_at(collection.error());
    const CollectionInfo info = (*collection)->info();
    const MatrixView queries = parsed->vectors.queries;
    if (queries.dimension != info.settings.layout.dimension) {
        co_return wrong_dimension(info, parsed->vectors, parsed->is_query_list);
    }
    const std::size_t named = parsed->labels.size();
    parsed->vectors.documents = {nullptr, named, queries.dimension};
    if (const auto task = prepare(parsed->vectors, parsed->method, grant.limits.rerank);
        !task.ok()) {
        co_return task.error();
    }
    const Clock& clock = services.clock;
    WorkTerms<JobScores> terms{
        .work =
            [collection = *collection, parsed, engine = services.collections->engine, &clock,
             submitted = clock.now()] {
                return score_now(*collection, *parsed, engine, clock, submitted);
            },
        .clock = &clock,
        .deadline = deadline_of(*parsed, request, grant.limits),
        .client = request.client};
    WorkPool& work = services.collections->work;
    co_return co_await async_work(work, terms);
}

}  // namespace qr
