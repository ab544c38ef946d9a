#include "server/dialects/collection_documents.h"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "server/dialects/collection_filter.h"
#include "server/dialects/collection_values.h"
#include "server/dialects/embedding.h"
#include "server/dialects/native_request.h"
#include "server/dialects/native_vectors.h"
#include "server/json/each.h"

namespace qr::collections {
namespace {

using native::VectorSide;

enum ExtraField : std::size_t { kTags = VectorSide::kEntryFields.size(), kNumbers, kTtl };
constexpr auto kDocumentFields = [] {
    std::array<std::string_view, VectorSide::kEntryFields.size() + 3> names{};
    std::ranges::copy(VectorSide::kEntryFields, names.begin());
    names[kTags] = "tags";
    names[kNumbers] = "numbers";
    names[kTtl] = "ttl_seconds";
    return names;
}();

constexpr std::array<std::string_view, 1> kUpsertFields = {"documents"};
enum RemovalField : std::size_t { kIds, kFilter };
constexpr std::array<std::string_view, 2> kRemovalFields = {"ids", "filter"};

Error no_id(std::string pointer) {
    return native::found_at(pointer + "/id", "no id", "a string of 1..256 bytes or an integer");
}

// Collects the extras of documents in their order.
class ExtrasReader final : public native::EntryFields {
  public:
    explicit ExtrasReader(json::Reader& reader) : reader_(reader) {}

    std::span<const std::string_view> names() const override { return kDocumentFields; }
    void begin() override { extras_.emplace_back(); }

    Result<void> read(std::size_t field, json::Value& value, const json::Path& path) override {
        DocumentExtras& extras = extras_.back();
        if (field == kNumbers) return read_numbers(value, path);
        if (field == kTags) {
            auto tags = read_tags(reader_, value, path);
            if (!tags) return tags.error();
            extras.tags = *std::move(tags);
            return {};
        }
        const auto seconds = read_ttl(reader_, value, path);
        if (!seconds) return seconds.error();
        extras.ttl_seconds = *seconds;
        return {};
    }

    Result<void> end(const DocumentLabel& label, const json::Path& path) override {
        if (label.id) return {};
        return no_id(path.pointer());
    }

    std::vector<DocumentExtras> take() && { return std::move(extras_); }

  private:
    Result<void> read_numbers(json::Value& value, const json::Path& path) {
        auto object = reader_.object(value, path, "an object of numbers by their names");
        if (!object) return object.error();
        auto& numbers = extras_.back().numbers;
        return json::each_field(
            reader_, *object, path,
            [&](std::string_view name, json::Value& number,
                const json::Path& here) -> Result<void> {
                if (auto checked = check_number_name(name, numbers.size(), here); !checked) {
                    return checked;
                }
                const auto found = reader_.number(number, here, "a finite number");
                if (!found) return found.error();
                if (numbers.emplace(name, *found).second) return {};
                return json::invalid_at(here, "the name a second time", "once");
            });
    }

    json::Reader& reader_;
    std::vector<DocumentExtras> extras_;
};

Result<void> check_ids(const std::vector<DocumentLabel>& labels, std::size_t rows) {
    if (labels.empty() && rows > 0) return no_id("/documents/0");
    for (std::size_t row = 0; row < labels.size(); ++row)
        if (!labels[row].id) return no_id("/documents/" + std::to_string(row));
    return {};
}

// What the reading of an upsert shares; parts of it point at one another.
struct UpsertReading {
    UpsertReading(const native::Parts& parts, BufferPool& buffers, const UpsertLimits& limits,
                  json::Warnings& warned)
        : reader(parts.json),
          warnings(warned),
          tensors(parts.tensors),
          context{reader, warnings, tensors, buffers, limits.parse},
          side(context, native::Role::document, parts.json.size() / 4 * 3),
          extras(reader) {
        side.expect(limits.dimension);
        side.also_read(extras);
    }

    json::Reader reader;
    json::Warnings& warnings;
    native::TensorTail tensors;
    native::Context context;
    VectorSide side;
    ExtrasReader extras;
};

Result<void> read_documents(UpsertReading& reading) {
    const auto root = reading.reader.root();
    if (!root) return root.error();
    const json::Path whole;
    json::Fields fields(reading.reader, *root, whole, kUpsertFields, reading.warnings);
    const auto read = fields.each([&](std::size_t, json::Value& value, const json::Path& path) {
        return reading.side.read_list(value, path);
    });
    if (!read) return read;
    if (const auto ended = reading.reader.finish(); !ended) return ended;
    if (reading.side.count() == 0) {
        return native::found_at("/documents", "nothing", "a list of documents");
    }
    return reading.tensors.finish();
}

Result<UpsertRequest> finish(UpsertReading& reading, native::Payload payload) {
    UpsertRequest request;
    const std::size_t rows = reading.side.count();
    request.vectors.documents = reading.side.rows().view();
    request.labels = std::move(reading.side).take_labels();
    request.extras = std::move(reading.extras).take();
    if (const auto checked = check_ids(request.labels, rows); !checked) return checked.error();
    request.extras.resize(rows);
    request.texts.document_rows = std::move(reading.side).take_text_rows();
    if (reading.side.rows().is_borrowed()) {
        request.vectors.storage.push_back(std::move(payload.storage));
    } else {
        request.vectors.storage.push_back(std::move(reading.side).take_buffer());
    }
    return request;
}

}  // namespace

Result<UpsertRequest> read_upsert(native::Payload payload, BufferPool& buffers,
                                  const UpsertLimits& limits) {
    try {
        const auto parts = native::split(payload);
        if (!parts) return parts.error();
        json::Warnings warnings(limits.parse.warnings_max);
        UpsertReading reading(*parts, buffers, limits, warnings);
        if (const auto read = read_documents(reading); !read) return read.error();
        auto request = finish(reading, std::move(payload));
        if (request.ok()) request->warnings = std::move(warnings).take();
        return request;
    } catch (const std::bad_alloc&) {
        return Error{.code = Code::out_of_memory, .message = "body: no memory left to parse it"};
    }
}

Result<LineDocument> read_document(std::string_view text, BufferPool& buffers,
                                   const UpsertLimits& limits, json::Warnings& warnings,
                                   std::span<float> row) {
    UpsertReading reading({text, {}}, buffers, limits, warnings);
    const auto root = reading.reader.root();
    if (!root) return root.error();
    const json::Path whole;
    if (const auto read = reading.side.read_object(*root, whole); !read) return read.error();
    if (const auto ended = reading.reader.finish(); !ended) return ended.error();
    LineDocument document;
    const MatrixView rows = reading.side.rows().view();
    document.has_vector = rows.rows == 1;
    if (document.has_vector) std::ranges::copy(rows.row(0), row.begin());
    document.label = std::move(std::move(reading.side).take_labels().front());
    document.extras = std::move(std::move(reading.extras).take().front());
    return document;
}

std::vector<Document> take_documents(UpsertRequest& request, WallSeconds now) {
    std::vector<Document> documents(request.labels.size());
    for (std::size_t i = 0; i < documents.size(); ++i) {
        DocumentExtras& extras = request.extras[i];
        documents[i].id = *std::move(request.labels[i].id);
        documents[i].fields = {.text = std::move(request.labels[i].text),
                               .tags = std::move(extras.tags),
                               .numbers = std::move(extras.numbers),
                               .expires_at = {}};
        if (extras.ttl_seconds) documents[i].fields.expires_at = now + *extras.ttl_seconds;
    }
    return documents;
}

Result<RemovalRequest> read_removal(const native::Payload& payload,
                                    const native::ParseLimits& limits) {
    json::Reader reader(dialects::json_of(payload));
    const auto root = reader.root();
    if (!root) return root.error();
    json::Warnings none(0);
    const json::Path whole;
    json::Fields fields(reader, *root, whole, kRemovalFields, none, json::UnknownFields::refused);
    RemovalRequest request;
    const auto read = fields.each(
        [&](std::size_t field, json::Value& value, const json::Path& path) -> Result<void> {
            if (field == kFilter) {
                auto filter = read_filter(reader, value, path);
                if (!filter) return filter.error();
                request.filter = *std::move(filter);
                return {};
            }
            auto ids = read_ids(reader, value, path, limits.documents_max);
            if (!ids) return ids.error();
            request.ids = *std::move(ids);
            return {};
        });
    if (!read) return read.error();
    if (const auto ended = reader.finish(); !ended) return ended.error();
    if (request.ids.empty() == !request.filter) {
        return json::invalid_at(whole, request.filter ? "both ids and a filter" : "neither",
                                "\"ids\" or \"filter\"");
    }
    if (!request.filter || !request.filter->is_empty()) return request;
    return native::found_at("/filter", "no condition",
                            "at least one: DELETE the collection to remove every document");
}

}  // namespace qr::collections
