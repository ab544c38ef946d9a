// What the store's keys and values mean: docs/COLLECTIONS.md states the format.
//
// On the shelf of records "format" holds the version of it all and the next collection's number;
// "c/<name>" a collection; "g/<id>" one that was dropped and whose data are still to be removed;
// "n/<id>" how many documents a collection has, written with every batch that changes it; and
// "d/<id><number>" a document but for its vector, whose numbers in the storage type lie under
// "v/<id><number>" on the shelf of vectors. Ids and insertion numbers are big-endian, so that
// documents lie in the order of insertion.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "host/base/error.h"
#include "host/collection/collection.h"
#include "host/collection/document.h"
#include "host/store/store.h"

namespace qr {

using CollectionId = std::uint32_t;
inline constexpr CollectionId kNoCollection = 0;

// Of all records; a store with a later one is not opened.
inline constexpr std::uint16_t kRecordFormat = 1;

inline constexpr std::string_view kFormatKey = "format";
inline constexpr std::string_view kCollectionPrefix = "c/";
inline constexpr std::string_view kDroppedPrefix = "g/";

std::string collection_key(std::string_view name);
std::string dropped_key(CollectionId id);
std::string counters_key(CollectionId id);
std::string document_prefix(CollectionId id);
std::string document_key(CollectionId id, std::uint64_t number);
std::string vector_prefix(CollectionId id);
std::string vector_key(CollectionId id, std::uint64_t number);

// Insertion numbers from `first` to before `end`; the default: all that are ever given.
struct InsertionRange {
    std::uint64_t first = 0;
    std::uint64_t end = std::numeric_limits<std::uint64_t>::max();
};
KeyRange document_keys(CollectionId id, InsertionRange numbers);
KeyRange vector_keys(CollectionId id, InsertionRange numbers);

// Of a key of a document or a vector, and of a dropped collection's; none: it is no such key.
std::optional<std::uint64_t> number_of_key(std::string_view key);
std::optional<CollectionId> id_of_dropped_key(std::string_view key);

struct FormatRecord {
    std::uint16_t format = kRecordFormat;
    CollectionId next_id = 1;
    friend bool operator==(const FormatRecord&, const FormatRecord&) = default;
};

struct CollectionRecord {
    CollectionId id = kNoCollection;
    CollectionSettings settings;
    double created_at = 0;
    bool is_unloaded = false;
    friend bool operator==(const CollectionRecord&, const CollectionRecord&) = default;
};

struct Counters {
    std::uint64_t documents = 0;    // in the store, damaged ones among them
    std::uint64_t next_number = 0;  // insertion number of the next new document
    std::uint64_t removed = 0;      // values removed or replaced since the disk was last given back
    friend bool operator==(const Counters&, const Counters&) = default;
};

// Of a vector in the store.
constexpr std::size_t vector_bytes(const TableLayout& layout) {
    return layout.dimension * info(layout.storage).width;
}

enum class WithText : std::uint8_t { no, yes };

std::string encode(const FormatRecord& record);
std::string encode(const CollectionRecord& record);
std::string encode(const Counters& counters);
std::string encode(const Document& document);

// Errors: `internal`, naming `key`.
Result<FormatRecord> decode_format(std::string_view value);
Result<CollectionRecord> decode_collection(std::string_view key, std::string_view value);
Result<Counters> decode_counters(std::string_view key, std::string_view value);
Result<Document> decode_document(std::string_view key, std::string_view value, WithText with_text);

// "d/00000001 0000000000000007": a key for messages.
std::string printable(std::string_view key);

}  // namespace qr
