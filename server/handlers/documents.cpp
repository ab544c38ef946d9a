#include "server/handlers/documents.h"

#include <charconv>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "host/base/misfit.h"
#include "host/base/wall_clock.h"
#include "server/app/await_work.h"
#include "server/dialects/collection_documents.h"
#include "server/dialects/collection_print.h"
#include "server/handlers/collection_access.h"
#include "server/handlers/encode_texts.h"
#include "server/handlers/ingest.h"
#include "server/handlers/respond.h"
#include "server/http/query_text.h"

namespace qr {
namespace {

namespace asio = boost::asio;
using collections::RemovalRequest;
using collections::UpsertRequest;
using Found = std::shared_ptr<Collection>;
using Fetched = std::vector<FetchedDocument>;

constexpr std::size_t kPage = 100;
constexpr std::size_t kPageMax = 1'000;

Error not_allowed(std::string_view parameter, std::string_view found, std::string_view allowed) {
    return misfit_error(Code::invalid, parameter, '\'' + std::string(found) + '\'',
                        std::string(allowed));
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
    Number number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

// What a listing asks for.
struct Page {
    std::optional<std::uint64_t> after;
    std::size_t limit = kPage;
    WithVector with_vector = WithVector::no;
};

Result<WithVector> with_vector_of(std::string_view query, std::string_view name) {
    const auto word = http::query_parameter(query, name);
    if (!word || *word == "false") return WithVector::no;
    if (*word == "true") return WithVector::yes;
    return not_allowed(name, *word, "true or false");
}

Result<Page> page_of(std::string_view query) {
    Page page;
    const auto with_vector = with_vector_of(query, "vectors");
    if (!with_vector.ok()) return with_vector.error();
    page.with_vector = *with_vector;
    if (const auto text = http::query_parameter(query, "limit")) {
        const auto limit = number_of<std::size_t>(*text);
        if (!limit || *limit < 1 || *limit > kPageMax) {
            return not_allowed("limit", *text, "1.." + std::to_string(kPageMax));
        }
        page.limit = *limit;
    }
    if (const auto text = http::query_parameter(query, "page_token")) {
        page.after = number_of<std::uint64_t>(*text);
        if (!page.after) return not_allowed("page_token", *text, "one that a listing gave");
    }
    return page;
}

Result<std::string> id_of(std::string_view text) {
    auto id = http::percent_decoded(text);
    if (id && !id->empty() && id->size() <= kIdBytesMax) return *std::move(id);
    return not_allowed("id", text, "1.." + std::to_string(kIdBytesMax) + " bytes, percent-encoded");
}

Error no_document(std::string_view id, std::string_view collection) {
    return {.code = Code::not_found,
            .message = "id: found '" + std::string(id) + "', which no document of collection '" +
                       std::string(collection) + "' has",
            .found = std::string(id)};
}

Result<UpsertRequest> read(const Services& services, Grant grant, http::Request& request,
                           const CollectionInfo& info) {
    Result<native::Payload> payload = take_payload(request);
    if (!payload.ok()) return with_bulk_types(payload.error());
    collections::UpsertLimits limits{.parse = grant.limits.parse,
                                     .dimension = info.settings.layout.dimension};
    limits.parse.takes_text = services.encoder != nullptr;
    auto parsed = collections::read_upsert(std::move(*payload), services.buffers, limits);
    if (!parsed.ok()) return parsed.error();
    const auto encoder = check_encoder(info, services.encoder, *parsed);
    if (!encoder.ok()) return encoder.error();
    return parsed;
}

// The work of a request, which ends with its deadline and its client unless it has begun.
template <class T>
WorkTerms<T> terms_of(const Services& services, Grant grant, const http::Request& request,
                      std::function<Result<T>()> work) {
    return {.work = std::move(work),
            .clock = &services.clock,
            .deadline = request.started + grant.limits.default_timeout,
            .client = request.client};
}

}  // namespace

asio::awaitable<http::Response> handle_upsert(const Services& services, Grant grant,
                                              http::Request& request, std::string_view name) {
    const Result<Found> collection = find_collection(services, name);
    if (!collection.ok()) co_return error_response(collection.error(), request);
    const CollectionInfo info = (*collection)->info();
    Result<UpsertRequest> parsed = read(services, grant, request, info);
    if (!parsed.ok()) co_return error_response(parsed.error(), request);
    const auto upsert = std::make_shared<UpsertRequest>(*std::move(parsed));
    const std::shared_ptr<ScoreRequest> texts = upsert;
    const Result<TextEncoding> encoding = co_await encode_texts(services, grant, request, texts);
    if (!encoding.ok()) co_return error_response(encoding.error(), request);
    const MatrixView rows = upsert->vectors.documents;
    grant.place.declare(rows.rows, rows.rows * rows.dimension * sizeof(float));
    auto documents = collections::take_documents(*upsert, seconds_since_1970());
    WorkTerms<UpsertReport> terms = terms_of<UpsertReport>(
        services, grant, request,
        [collection = *collection, upsert, documents = std::move(documents)] {
            return collection->upsert(documents, upsert->vectors.documents);
        });
    WorkPool& work = services.collections->work;
    const Result<UpsertReport> report = co_await async_work(work, terms);
    if (!report.ok()) co_return error_response(below(report.error(), "/documents"), request);
    co_return json_response(collections::print_upsert({.id = request.id,
                                                       .collection = name,
                                                       .report = *report,
                                                       .tokens = encoding->usage.tokens,
                                                       .warnings = upsert->warnings}));
}

asio::awaitable<http::Response> handle_fetch(const Services& services, Grant grant,
                                             http::Request& request, std::string_view name,
                                             std::string_view id) {
    const Result<Found> collection = find_collection(services, name);
    if (!collection.ok()) co_return error_response(collection.error(), request);
    const Result<std::string> wanted = id_of(id);
    if (!wanted.ok()) co_return error_response(wanted.error(), request);
    const Result<WithVector> with_vector = with_vector_of(request.query, "vector");
    if (!with_vector.ok()) co_return error_response(with_vector.error(), request);
    WorkTerms<Fetched> terms =
        terms_of<Fetched>(services, grant, request,
                          [collection = *collection, id = *wanted, with_vector = *with_vector] {
                              return collection->fetch({&id, 1}, with_vector);
                          });
    WorkPool& work = services.collections->work;
    const Result<Fetched> found = co_await async_work(work, terms);
    if (!found.ok()) co_return error_response(found.error(), request);
    if (found->empty()) co_return error_response(no_document(*wanted, name), request);
    co_return json_response(collections::print_document(found->front(), *with_vector));
}

asio::awaitable<http::Response> handle_list(const Services& services, Grant grant,
                                            http::Request& request, std::string_view name) {
    const Result<Found> collection = find_collection(services, name);
    if (!collection.ok()) co_return error_response(collection.error(), request);
    const Result<Page> page = page_of(request.query);
    if (!page.ok()) co_return error_response(page.error(), request);
    // One more than asked for tells whether there is another page.
    WorkTerms<Fetched> terms =
        terms_of<Fetched>(services, grant, request, [collection = *collection, page = *page] {
            return collection->list(page.after, page.limit + 1, page.with_vector);
        });
    WorkPool& work = services.collections->work;
    Result<Fetched> found = co_await async_work(work, terms);
    if (!found.ok()) co_return error_response(found.error(), request);
    std::optional<std::string> next;
    if (found->size() > page->limit) {
        found->resize(page->limit);
        next = std::to_string(found->back().number);
    }
    co_return json_response(collections::print_documents(*found, page->with_vector, next));
}

asio::awaitable<http::Response> handle_remove(const Services& services, Grant grant,
                                              http::Request& request, std::string_view name) {
    const Result<Found> collection = find_collection(services, name);
    if (!collection.ok()) co_return error_response(collection.error(), request);
    const Result<native::Payload> payload = take_payload(request);
    if (!payload.ok()) co_return error_response(payload.error(), request);
    Result<RemovalRequest> removal = collections::read_removal(*payload, grant.limits.parse);
    if (!removal.ok()) co_return error_response(removal.error(), request);
    WorkTerms<DeleteReport> terms = terms_of<DeleteReport>(
        services, grant, request, [collection = *collection, removal = *std::move(removal)] {
            return removal.filter ? collection->remove_where(*removal.filter)
                                  : collection->remove(removal.ids);
        });
    WorkPool& work = services.collections->work;
    const Result<DeleteReport> report = co_await async_work(work, terms);
    if (!report.ok()) co_return error_response(report.error(), request);
    co_return json_response(collections::print_removal(request.id, name, *report));
}

asio::awaitable<http::Response> handle_remove_one(const Services& services, Grant grant,
                                                  http::Request& request, std::string_view name,
                                                  std::string_view id) {
    const Result<Found> collection = find_collection(services, name);
    if (!collection.ok()) co_return error_response(collection.error(), request);
    const Result<std::string> wanted = id_of(id);
    if (!wanted.ok()) co_return error_response(wanted.error(), request);
    WorkTerms<DeleteReport> terms =
        terms_of<DeleteReport>(services, grant, request, [collection = *collection, id = *wanted] {
            return collection->remove({&id, 1});
        });
    WorkPool& work = services.collections->work;
    const Result<DeleteReport> report = co_await async_work(work, terms);
    if (!report.ok()) co_return error_response(report.error(), request);
    if (report->deleted == 0) co_return error_response(no_document(*wanted, name), request);
    co_return json_response(collections::print_removal(request.id, name, *report));
}

}  // namespace qr
