// Answers about collections and their documents.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/collection/collection.h"
#include "server/json/writer.h"

namespace qr::collections {

// "loading", "ready", "unloaded", "failed"
std::string_view to_string(CollectionState state);

std::string print_collection(const CollectionInfo& info);
std::string print_collections(std::span<const CollectionInfo> infos);

struct UpsertAnswer {
    std::string_view id;  // of the request
    std::string_view collection;
    UpsertReport report;
    std::size_t tokens = 0;
    std::span<const std::string> warnings = {};
};
std::string print_upsert(const UpsertAnswer& answer);

std::string print_removal(std::string_view id, std::string_view collection,
                          const DeleteReport& report);

std::string print_document(const FetchedDocument& document, WithVector with_vector);
// `next`: the token of the page behind this one, where there is one.
std::string print_documents(std::span<const FetchedDocument> documents, WithVector with_vector,
                            const std::optional<std::string>& next);

// Fields of an object that is open: text, tags, numbers, expires_at, as far as the document has
// them.
void print_fields(json::Writer& out, const DocumentFields& fields);
void print_vector(json::Writer& out, std::span<const float> vector);
void print_texts(json::Writer& out, std::string_view name, std::span<const std::string> texts);

}  // namespace qr::collections
