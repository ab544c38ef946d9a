#include "server/handlers/ingest.h"

#include <array>
#include <charconv>
#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "host/base/check.h"
#include "host/base/misfit.h"
#include "host/base/wall_clock.h"
#include "server/app/await_work.h"
#include "server/dialects/collection_print.h"
#include "server/dialects/document_lines.h"
#include "server/dialects/document_source.h"
#include "server/handlers/collection_access.h"
#include "server/handlers/encode_texts.h"
#include "server/handlers/respond.h"
#include "server/http/body_stream.h"
#include "server/http/query_text.h"

namespace qr {
namespace {

namespace asio = boost::asio;
using collections::DocumentBatch;
using collections::DocumentLines;
using collections::DocumentSource;
using collections::RowNames;
using Found = std::shared_ptr<Collection>;
using Source = std::shared_ptr<DocumentSource>;
using NextBatch = std::optional<DocumentBatch>;

enum class Format : unsigned char { lines, npy, safetensors };
struct MediaType {
    std::string_view name;
    Format format;
};
constexpr std::array<MediaType, 5> kMediaTypes = {
    {{"application/x-ndjson", Format::lines},
     {"application/ndjson", Format::lines},
     {"application/jsonl", Format::lines},
     {"application/x-npy", Format::npy},
     {"application/vnd.safetensors", Format::safetensors}}};

std::optional<Format> format_of(const http::Request& request) {
    for (const MediaType& known : kMediaTypes)
        if (is_media_type(request.fields.get("content-type"), known.name)) return known.format;
    return std::nullopt;
}

// Everything of one ingest that its batches share.
struct Ingest {
    Source source;
    std::shared_ptr<DocumentLines> lines;  // the source, where it is fed; else null
    Found collection;
    CollectionInfo info;
    UpsertReport stored = {};
    std::size_t tokens = 0;
};

Result<RowNames> names_of(std::string_view query) {
    RowNames names;
    if (const auto prefix = http::query_parameter(query, "id_prefix")) {
        const auto decoded = http::percent_decoded(*prefix);
        constexpr std::size_t kPrefixMax = kIdBytesMax - 20;  // room for the number
        if (!decoded || decoded->size() > kPrefixMax) {
            return Error{.code = Code::invalid,
                         .message = "id_prefix: allowed: at most " + std::to_string(kPrefixMax) +
                                    " bytes, percent-encoded",
                         .found = std::string(*prefix)};
        }
        names.prefix = *decoded;
    }
    if (const auto first = http::query_parameter(query, "first_id")) {
        const char* const end = first->data() + first->size();
        const auto [stopped, code] = std::from_chars(first->data(), end, names.first);
        if (code != std::errc() || stopped != end || names.first > UINT64_MAX / 2) {
            return Error{.code = Code::invalid,
                         .message = misfit_text("first_id", '\'' + std::string(*first) + '\'',
                                                "a number, at most 2^63"),
                         .found = std::string(*first)};
        }
    }
    return names;
}

Result<void> open_file(const Services& services, const collections::UpsertLimits& limits,
                       http::Request& request, Format format, Ingest& ingest) {
    Result<RowNames> names = names_of(request.query);
    if (!names.ok()) return names.error();
    native::Payload payload{.storage = std::move(request.storage),
                            .offset = request.body_offset,
                            .size = request.body_size,
                            .header_length = std::nullopt};
    BufferPool& buffers = services.buffers;
    auto source = format == Format::npy
                      ? collections::read_npy(std::move(payload), buffers, limits, *names)
                      : collections::read_safetensors(std::move(payload), buffers, limits, *names);
    if (!source.ok()) return source.error();
    ingest.source = *std::move(source);
    return {};
}

Result<void> open_source(const Services& services, Grant grant, http::Request& request,
                         Ingest& ingest) {
    collections::UpsertLimits limits{.parse = grant.limits.parse,
                                     .dimension = ingest.info.settings.layout.dimension};
    limits.parse.takes_text = services.encoder != nullptr;
    const Format format = *format_of(request);
    if (format != Format::lines) return open_file(services, limits, request, format, ingest);
    QR_CHECK(request.stream != nullptr);
    ingest.lines = std::make_shared<DocumentLines>(services.buffers, limits);
    ingest.source = ingest.lines;
    return {};
}

// "/17/vector" of a batch: the index, and the pointer inside the document.
std::optional<std::size_t> index_in(std::string_view pointer) {
    if (!pointer.starts_with('/')) return std::nullopt;
    std::size_t index = 0;
    const auto [end, code] =
        std::from_chars(pointer.data() + 1, pointer.data() + pointer.size(), index);
    return code == std::errc() ? std::optional(index) : std::nullopt;
}

void add(UpsertReport& sum, const UpsertReport& report) {
    sum.inserted += report.inserted;
    sum.updated += report.updated;
}

// Places are told in words: no pointer leads into such a body.
Error without_pointer(Error error) {
    error.pointer.clear();
    return error;
}

// An error that points into a batch, "/17/vector: ...", pointing into the document alone.
Error within_document(Error error, std::size_t index) {
    std::string prefix = '/' + std::to_string(index);
    if (error.pointer == prefix) prefix += ": ";
    if (error.message.starts_with(prefix)) error.message.erase(0, prefix.size());
    return error;
}

// Stores a batch; of one with a bad document those before it, and then says which it was.
Result<UpsertReport> store(Collection& collection, const DocumentBatch& batch,
                           std::string_view unit, UpsertReport& stored) {
    collections::UpsertRequest& request = *batch.documents;
    const MatrixView rows = request.vectors.documents;
    const std::vector<Document> documents =
        collections::take_documents(request, seconds_since_1970());
    Result<UpsertReport> report = collection.upsert(documents, rows);
    if (report.ok()) {
        add(stored, *report);
        return stored;
    }
    Error error = report.error();
    const auto bad = index_in(error.pointer);
    if (!bad || *bad >= documents.size()) return error;
    if (*bad > 0) {
        const auto before =
            collection.upsert(std::span(documents).first(*bad), {rows.data, *bad, rows.dimension});
        if (!before.ok()) return before.error();
        add(stored, *before);
    }
    error = within_document(std::move(error), *bad);
    return without_pointer(collections::at_place(std::move(error), unit, batch.places[*bad]));
}

Error with_stored(Error error, const UpsertReport& stored) {
    const std::size_t documents = stored.inserted + stored.updated;
    error.message += "; stored before it and kept: " + std::to_string(documents) + " documents (" +
                     std::to_string(stored.inserted) + " inserted, " +
                     std::to_string(stored.updated) + " updated)";
    return error;
}

// Every batch has the time of a request: a body may be as long as it likes.
template <class T>
WorkTerms<T> batch_terms(const Services& services, Grant grant, const http::Request& request,
                         std::function<Result<T>()> work) {
    return {.work = std::move(work),
            .clock = &services.clock,
            .deadline = services.clock.now() + grant.limits.default_timeout,
            .client = request.client};
}

// The next piece of the body, for lines that are hungry.
asio::awaitable<Result<void>> feed(http::Request& request, std::shared_ptr<DocumentLines> lines) {
    const Result<std::span<std::byte>> room = lines->room();
    if (!room.ok()) co_return room.error();
    const Result<std::size_t> got = co_await request.stream->read(*room);
    if (!got.ok()) co_return collections::at_place(got.error(), lines->unit(), lines->line() + 1);
    lines->add(*got);
    if (*got < room->size()) lines->end();
    co_return Result<void>();
}

// Nothing is read from the client while a batch is read or stored: what is held is one batch and
// one piece, and the request's place counts so much.
asio::awaitable<Result<NextBatch>> next_batch(const Services& services, Grant grant,
                                              http::Request& request,
                                              std::shared_ptr<Ingest> ingest) {
    const std::shared_ptr<DocumentLines> lines = ingest->lines;
    while (true) {
        if (lines != nullptr && lines->is_hungry()) {
            const Result<void> fed = co_await feed(request, lines);
            if (!fed.ok()) co_return fed.error();
            grant.place.declare(0, lines->held_bytes());
        }
        WorkTerms<NextBatch> reading = batch_terms<NextBatch>(
            services, grant, request, [ingest] { return ingest->source->next(); });
        Result<NextBatch> batch = co_await async_work(services.collections->work, reading);
        const bool is_unfinished = batch.ok() && !*batch && lines != nullptr && lines->is_hungry();
        if (!is_unfinished) co_return batch;
    }
}

// One batch, from the body to the store. False: there was none.
asio::awaitable<Result<bool>> ingest_batch(const Services& services, Grant grant,
                                           http::Request& request, std::shared_ptr<Ingest> ingest) {
    const Result<NextBatch> batch = co_await next_batch(services, grant, request, ingest);
    if (!batch.ok()) co_return batch.error();
    if (!batch->has_value()) co_return false;
    const std::shared_ptr<ScoreRequest> texts = (*batch)->documents;
    if (ingest->lines != nullptr) {
        const std::size_t vectors = texts->vectors.storage.front().capacity();
        grant.place.declare(texts->labels.size(), ingest->lines->held_bytes() + vectors);
    }
    const auto joined = check_encoder(ingest->info, services.encoder, *texts);
    if (!joined.ok()) {
        const std::size_t place = (*batch)->places[texts->texts.document_rows.front()];
        co_return without_pointer(
            collections::at_place(joined.error(), ingest->source->unit(), place));
    }
    const auto passed = services.clock.now() - request.started;
    texts->timeout = std::chrono::duration_cast<std::chrono::milliseconds>(passed) +
                     grant.limits.default_timeout;
    const Result<TextEncoding> encoding = co_await encode_texts(services, grant, request, texts);
    if (!encoding.ok()) co_return encoding.error();
    ingest->tokens += encoding->usage.tokens;
    WorkTerms<UpsertReport> storing =
        batch_terms<UpsertReport>(services, grant, request, [ingest, batch = **batch] {
            return store(*ingest->collection, batch, ingest->source->unit(), ingest->stored);
        });
    const Result<UpsertReport> report = co_await async_work(services.collections->work, storing);
    if (!report.ok()) co_return report.error();
    co_return true;
}

}  // namespace

bool is_bulk(const http::Request& request) {
    return format_of(request).has_value();
}

Error with_bulk_types(Error error) {
    if (error.code != Code::unsupported_media_type) return error;
    for (const MediaType& known : kMediaTypes)
        error.allowed.append(", ").append(known.name);
    error.message = misfit_text("Content-Type", '\'' + error.found + '\'', error.allowed);
    return error;
}

bool is_line_stream(const http::Request& request) {
    return format_of(request) == Format::lines;
}

asio::awaitable<http::Response> handle_ingest(const Services& services, Grant grant,
                                              http::Request& request, std::string_view name) {
    const Result<Found> collection = find_collection(services, name);
    if (!collection.ok()) co_return error_response(collection.error(), request);
    const auto ingest = std::make_shared<Ingest>();
    ingest->collection = *collection;
    ingest->info = (*collection)->info();
    const Result<void> opened = open_source(services, grant, request, *ingest);
    if (!opened.ok()) co_return error_response(opened.error(), request);
    while (true) {
        const Result<bool> more = co_await ingest_batch(services, grant, request, ingest);
        if (!more.ok()) {
            const Error error = with_stored(more.error(), ingest->stored);
            co_return error_response(error, request);
        }
        if (!*more) break;
    }
    const std::vector<std::string> warnings = ingest->source->take_warnings();
    co_return json_response(collections::print_upsert({.id = request.id,
                                                       .collection = name,
                                                       .report = ingest->stored,
                                                       .tokens = ingest->tokens,
                                                       .warnings = warnings}));
}

}  // namespace qr
