#include "server/dialects/collection_print.h"

#include <utility>

#include "kernels/math/amplitude.h"

namespace qr::collections {
namespace {

constexpr std::string_view kNoScan = "auto";

void print_integer(json::Writer& out, std::string_view name, std::uint64_t value) {
    out.key(name);
    out.integer(value);
}

void print_number(json::Writer& out, std::string_view name, double value) {
    out.key(name);
    out.number(value);
}

void print_settings(json::Writer& out, const CollectionSettings& settings) {
    const TableLayout& layout = settings.layout;
    print_integer(out, "dimension", layout.dimension);
    print_integer(out, "qubits", math::qubits(layout.dimension));
    out.field("storage", info(layout.storage).name);
    out.field("scan", layout.scan ? info(*layout.scan).name : kNoScan);
    if (settings.ttl_seconds) print_number(out, "ttl_seconds", *settings.ttl_seconds);
    if (settings.encoder) out.field("encoder", *settings.encoder);
}

void print_one(json::Writer& out, const CollectionInfo& info) {
    out.begin_object();
    out.field("name", info.name);
    out.field("state", to_string(info.state));
    if (!info.why.empty()) out.field("why", info.why);
    print_settings(out, info.settings);
    print_integer(out, "documents", info.documents);
    if (info.missing > 0) print_integer(out, "missing", info.missing);
    if (!info.damage.empty()) print_texts(out, "damage", info.damage);
    print_integer(out, "deleted_rows", info.deleted_rows);
    print_integer(out, "memory_bytes", info.memory_bytes);
    print_integer(out, "memory_bytes_per_row", info.memory_bytes_per_row);
    print_number(out, "created_at", info.created_at);
    if (info.state == CollectionState::loading) {
        print_number(out, "loaded_share", info.loaded_share);
    }
    out.end_object();
}

void print_one(json::Writer& out, const FetchedDocument& fetched, WithVector with_vector) {
    out.begin_object();
    out.field("id", fetched.document.id);
    print_integer(out, "number", fetched.number);
    print_fields(out, fetched.document.fields);
    if (with_vector == WithVector::yes) print_vector(out, fetched.vector);
    out.end_object();
}

}  // namespace

std::string_view to_string(CollectionState state) {
    switch (state) {
        case CollectionState::loading:
            return "loading";
        case CollectionState::ready:
            return "ready";
        case CollectionState::unloaded:
            return "unloaded";
        case CollectionState::failed:
            return "failed";
    }
    return "failed";
}

std::string print_collection(const CollectionInfo& info) {
    json::Writer out;
    print_one(out, info);
    return std::move(out).take();
}

std::string print_collections(std::span<const CollectionInfo> infos) {
    json::Writer out;
    out.begin_object();
    out.key("collections");
    out.begin_array();
    for (const CollectionInfo& info : infos)
        print_one(out, info);
    out.end_array();
    out.end_object();
    return std::move(out).take();
}

std::string print_upsert(const UpsertAnswer& answer) {
    json::Writer out;
    out.begin_object();
    out.field("id", answer.id);
    out.field("collection", answer.collection);
    print_integer(out, "inserted", answer.report.inserted);
    print_integer(out, "updated", answer.report.updated);
    out.key("usage");
    out.begin_object();
    print_integer(out, "prompt_tokens", answer.tokens);
    print_integer(out, "total_tokens", answer.tokens);
    out.end_object();
    out.key("meta");
    out.begin_object();
    print_texts(out, "warnings", answer.warnings);
    out.end_object();
    out.end_object();
    return std::move(out).take();
}

std::string print_removal(std::string_view id, std::string_view collection,
                          const DeleteReport& report) {
    json::Writer out;
    out.begin_object();
    out.field("id", id);
    out.field("collection", collection);
    print_integer(out, "deleted", report.deleted);
    print_integer(out, "not_found", report.not_found);
    out.end_object();
    return std::move(out).take();
}

std::string print_document(const FetchedDocument& document, WithVector with_vector) {
    json::Writer out;
    print_one(out, document, with_vector);
    return std::move(out).take();
}

std::string print_documents(std::span<const FetchedDocument> documents, WithVector with_vector,
                            const std::optional<std::string>& next) {
    json::Writer out;
    out.begin_object();
    out.key("documents");
    out.begin_array();
    for (const FetchedDocument& document : documents)
        print_one(out, document, with_vector);
    out.end_array();
    if (next) out.field("next_page_token", *next);
    out.end_object();
    return std::move(out).take();
}

void print_fields(json::Writer& out, const DocumentFields& fields) {
    if (fields.text) out.field("text", *fields.text);
    if (!fields.tags.empty()) print_texts(out, "tags", fields.tags);
    if (!fields.numbers.empty()) {
        out.key("numbers");
        out.begin_object();
        for (const auto& [name, value] : fields.numbers) {
            out.name(name);
            out.number(value);
        }
        out.end_object();
    }
    if (fields.expires_at) print_number(out, "expires_at", *fields.expires_at);
}

void print_vector(json::Writer& out, std::span<const float> vector) {
    out.key("vector");
    out.begin_array();
    for (const float component : vector)
        out.number(component);
    out.end_array();
}

void print_texts(json::Writer& out, std::string_view name, std::span<const std::string> texts) {
    out.key(name);
    out.begin_array();
    for (const std::string& text : texts)
        out.string(text);
    out.end_array();
}

}  // namespace qr::collections
