#include "host/collection/records.h"

#include <array>

#include "host/base/misfit.h"
#include "host/collection/byte_io.h"

namespace qr {
namespace {

// Of a document.
constexpr unsigned kHasExpiry = 1;
constexpr unsigned kHasText = 2;
// Of a collection.
constexpr unsigned kHasScan = 1;
constexpr unsigned kHasTtl = 2;
constexpr unsigned kHasEncoder = 4;
constexpr unsigned kIsUnloaded = 8;

template <std::unsigned_integral T>
void append_big_endian(std::string& key, T value) {
    for (std::size_t i = sizeof value; i-- > 0;)
        key += static_cast<char>(value >> (8 * i) & 0xFF);
}

template <std::unsigned_integral T>
T read_big_endian(std::string_view bytes) {
    T value = 0;
    for (const char byte : bytes)
        value = static_cast<T>(value << 8 | static_cast<unsigned char>(byte));
    return value;
}

std::string key_of(std::string_view prefix, CollectionId id) {
    std::string key(prefix);
    append_big_endian(key, id);
    return key;
}

std::string key_of(std::string_view prefix, CollectionId id, std::uint64_t number) {
    std::string key = key_of(prefix, id);
    append_big_endian(key, number);
    return key;
}

Error bad_record(std::string_view key, const std::string& found, const std::string& allowed) {
    return misfit_error(Code::internal, "record " + printable(key), found, allowed);
}

Error not_whole(std::string_view key, std::string_view value) {
    return bad_record(key, std::to_string(value.size()) + " bytes", "those of its fields");
}

constexpr std::size_t kIdBytes = sizeof(CollectionId);
constexpr std::size_t kNumberBytes = sizeof(std::uint64_t);
constexpr std::size_t kPrefixBytes = 2;

}  // namespace

std::string collection_key(std::string_view name) {
    return std::string(kCollectionPrefix) + std::string(name);
}
std::string dropped_key(CollectionId id) {
    return key_of(kDroppedPrefix, id);
}
std::string counters_key(CollectionId id) {
    return key_of("n/", id);
}
std::string document_prefix(CollectionId id) {
    return key_of("d/", id);
}
std::string document_key(CollectionId id, std::uint64_t number) {
    return key_of("d/", id, number);
}
std::string vector_prefix(CollectionId id) {
    return key_of("v/", id);
}
std::string vector_key(CollectionId id, std::uint64_t number) {
    return key_of("v/", id, number);
}
KeyRange document_keys(CollectionId id, InsertionRange numbers) {
    return {document_key(id, numbers.first), document_key(id, numbers.end)};
}
KeyRange vector_keys(CollectionId id, InsertionRange numbers) {
    return {vector_key(id, numbers.first), vector_key(id, numbers.end)};
}

std::optional<std::uint64_t> number_of_key(std::string_view key) {
    if (key.size() != kPrefixBytes + kIdBytes + kNumberBytes) return std::nullopt;
    return read_big_endian<std::uint64_t>(key.substr(kPrefixBytes + kIdBytes));
}

std::optional<CollectionId> id_of_dropped_key(std::string_view key) {
    if (key.size() != kPrefixBytes + kIdBytes) return std::nullopt;
    return read_big_endian<CollectionId>(key.substr(kPrefixBytes));
}

std::string encode(const FormatRecord& record) {
    return ByteWriter().number(record.format).number(record.next_id).take();
}

std::string encode(const CollectionRecord& record) {
    const CollectionSettings& settings = record.settings;
    unsigned flags = record.is_unloaded ? kIsUnloaded : 0U;
    if (settings.layout.scan) flags |= kHasScan;
    if (settings.ttl_seconds) flags |= kHasTtl;
    if (settings.encoder) flags |= kHasEncoder;
    ByteWriter out;
    out.number(static_cast<std::uint8_t>(flags)).number(record.id).number(record.created_at);
    out.number(narrow<std::uint32_t>(settings.layout.dimension));
    out.text<std::uint8_t>(info(settings.layout.storage).name);
    if (settings.layout.scan) out.text<std::uint8_t>(info(*settings.layout.scan).name);
    if (settings.ttl_seconds) out.number(*settings.ttl_seconds);
    if (settings.encoder) out.text<std::uint16_t>(*settings.encoder);
    return out.take();
}

std::string encode(const Counters& counters) {
    return ByteWriter()
        .number(counters.documents)
        .number(counters.next_number)
        .number(counters.removed)
        .take();
}

std::string encode(const Document& document) {
    const DocumentFields& fields = document.fields;
    unsigned flags = fields.expires_at ? kHasExpiry : 0U;
    if (fields.text) flags |= kHasText;
    ByteWriter out;
    out.number(static_cast<std::uint8_t>(flags)).text<std::uint16_t>(document.id);
    if (fields.expires_at) out.number(*fields.expires_at);
    out.number(narrow<std::uint8_t>(fields.tags.size()));
    for (const std::string& tag : fields.tags)
        out.text<std::uint16_t>(tag);
    out.number(narrow<std::uint8_t>(fields.numbers.size()));
    for (const auto& [name, number] : fields.numbers)
        out.text<std::uint8_t>(name).number(number);
    if (fields.text) out.text<std::uint32_t>(*fields.text);
    return out.take();
}

Result<FormatRecord> decode_format(std::string_view value) {
    ByteReader in(value);
    FormatRecord record;
    record.format = in.number<std::uint16_t>();
    record.next_id = in.number<CollectionId>();
    if (record.format > kRecordFormat)
        return bad_record(kFormatKey, "version " + std::to_string(record.format),
                          "up to " + std::to_string(kRecordFormat) +
                              "; a later version of the server wrote this store");
    if (record.format == 0 || !in.is_whole()) return not_whole(kFormatKey, value);
    return record;
}

Result<CollectionRecord> decode_collection(std::string_view key, std::string_view value) {
    ByteReader in(value);
    const unsigned flags = in.number<std::uint8_t>();
    CollectionRecord record;
    record.is_unloaded = (flags & kIsUnloaded) != 0;
    record.id = in.number<CollectionId>();
    record.created_at = in.number<double>();
    TableLayout& layout = record.settings.layout;
    layout.dimension = in.number<std::uint32_t>();
    const std::optional<Dtype> storage = find_dtype(in.text<std::uint8_t>());
    if ((flags & kHasScan) != 0) layout.scan = find_dtype(in.text<std::uint8_t>());
    if ((flags & kHasTtl) != 0) record.settings.ttl_seconds = in.number<double>();
    if ((flags & kHasEncoder) != 0) record.settings.encoder = std::string(in.text<std::uint16_t>());
    const bool is_scan_known = (flags & kHasScan) == 0 || layout.scan.has_value();
    if (!in.is_whole() || !storage || !is_scan_known) return not_whole(key, value);
    layout.storage = *storage;
    return record;
}

Result<Counters> decode_counters(std::string_view key, std::string_view value) {
    ByteReader in(value);
    Counters counters;
    counters.documents = in.number<std::uint64_t>();
    counters.next_number = in.number<std::uint64_t>();
    counters.removed = in.number<std::uint64_t>();
    if (!in.is_whole()) return not_whole(key, value);
    return counters;
}

Result<Document> decode_document(std::string_view key, std::string_view value, WithText with_text) {
    ByteReader in(value);
    const unsigned flags = in.number<std::uint8_t>();
    Document document{.id = std::string(in.text<std::uint16_t>()), .fields = {}};
    DocumentFields& fields = document.fields;
    if ((flags & kHasExpiry) != 0) fields.expires_at = in.number<double>();
    const std::size_t tags = in.number<std::uint8_t>();
    fields.tags.reserve(tags);
    for (std::size_t i = 0; i < tags; ++i)
        fields.tags.emplace_back(in.text<std::uint16_t>());
    const std::size_t numbers = in.number<std::uint8_t>();
    for (std::size_t i = 0; i < numbers; ++i) {
        const std::string_view name = in.text<std::uint8_t>();
        fields.numbers.emplace(name, in.number<double>());
    }
    if ((flags & kHasText) != 0) {
        const std::string_view text = in.text<std::uint32_t>();
        if (with_text == WithText::yes) fields.text = std::string(text);
    }
    if (!in.is_whole() || document.id.empty()) return not_whole(key, value);
    return document;
}

std::string printable(std::string_view key) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const bool is_named = key == kFormatKey || key.starts_with(kCollectionPrefix);
    if (is_named) return "'" + std::string(key) + "'";
    std::string text = "'" + std::string(key.substr(0, kPrefixBytes));
    for (std::size_t i = kPrefixBytes; i < key.size(); ++i) {
        if (i == kPrefixBytes + kIdBytes) text += ' ';
        text += kDigits[static_cast<unsigned char>(key[i]) >> 4];
        text += kDigits[static_cast<unsigned char>(key[i]) & 15U];
    }
    return text + "'";
}

}  // namespace qr
