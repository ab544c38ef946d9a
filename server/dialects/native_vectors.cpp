#include "server/dialects/native_vectors.h"

#include <array>
#include <utility>

#include "host/base/check.h"
#include "host/encoding/base64.h"
#include "kernels/math/amplitude.h"

namespace qr::native {
namespace {

constexpr std::string_view kEntry = "a text, an array of numbers, or an object with either";
constexpr std::string_view kVector = "an array of numbers, or base64 text";

enum EntryField : std::size_t { kVectorField, kIdField, kTextField, kDtypeField, kShapeField };
constexpr std::string_view kStored = "an object with \"id\" and \"vector\" or \"text\"";

Error no_encoder(const json::Path& path) {
    Error error = json::invalid_at(
        path, "text without a vector",
        "vectors: this server runs without an encoder that turns text into them; send them as "
        "\"vector\", or set `encoder`");
    error.code = Code::no_encoder;
    return error;
}

Error not_base64(const base64::Fault& fault, std::string_view text, const json::Path& path) {
    return json::invalid_at(path, base64::describe(fault, text), "base64 of RFC 4648, padded");
}

}  // namespace

VectorSide::VectorSide(Context& context, Role role, std::size_t hint_bytes)
    : context_(context), role_(role), rows_(context.buffers, hint_bytes) {}

Result<void> VectorSide::read_one(json::Value& value, const json::Path& path) {
    return read_entry(value, path);
}

Result<void> VectorSide::read_one_or_list(json::Value& value, const json::Path& path) {
    const auto type = context_.reader.type(value);
    if (!type) return type.error();
    return *type == json::Type::string ? read_entry(value, path) : read_list(value, path);
}

Result<void> VectorSide::read_list(json::Value& value, const json::Path& path) {
    is_list_ = true;
    const auto type = context_.reader.type(value);
    if (!type) return type.error();
    if (*type == json::Type::object) return read_matrix(value, path);
    auto list = context_.reader.array(value, path, "an array, or an object with a whole matrix");
    if (!list) return list.error();
    std::size_t index = 0;
    for (auto element : *list) {
        json::Value entry;
        if (const auto code = std::move(element).get(entry)) return context_.reader.malformed(code);
        if (auto checked = check_rows(index + 1, path); !checked) return checked;
        if (auto read = read_entry(entry, json::Path(path, index++)); !read) return read;
    }
    return check_rows(index, path);
}

std::vector<DocumentLabel> VectorSide::take_labels() && {
    if (!labels_.empty()) labels_.resize(count());
    return std::move(labels_);
}

Result<void> VectorSide::read_entry(json::Value& value, const json::Path& path) {
    const auto type = context_.reader.type(value);
    if (!type) return type.error();
    if (*type == json::Type::object) {
        auto object = context_.reader.object(value, path, kEntry);
        return object ? read_object(*object, path) : object.error();
    }
    if (also_ != nullptr) return context_.reader.wrong_type(value, path, kStored);
    if (*type == json::Type::array) return read_bare_numbers(value, path);
    if (*type != json::Type::string) return context_.reader.wrong_type(value, path, kEntry);
    auto text = read_text(value, path);
    if (!text) return text.error();
    return add_text({.id = std::nullopt, .text = *std::move(text)}, path);
}

Result<void> VectorSide::read_bare_numbers(json::Value& value, const json::Path& path) {
    Entry entry;
    if (auto read = read_vector(value, path, entry); !read) return read;
    return finish_numbers(entry, path);
}

Result<void> VectorSide::read_object(json::Object object, const json::Path& path) {
    const std::span<const std::string_view> known = also_ ? also_->names() : kEntryFields;
    json::Fields fields(context_.reader, object, path, known, context_.warnings);
    Entry entry;
    if (also_ != nullptr) also_->begin();
    const auto read = fields.each(
        [&](std::size_t field, json::Value& value, const json::Path& here) -> Result<void> {
            if (field < kEntryFields.size()) return read_entry_field(fields, entry);
            return also_->read(field, value, here);
        });
    if (!read) return read;
    if (also_ != nullptr) {
        if (const auto ended = also_->end(entry.label, path); !ended) return ended;
    }
    return finish_entry(entry, path);
}

Result<void> VectorSide::read_entry_field(json::Fields& fields, Entry& entry) {
    json::Value& value = fields.value();
    const json::Path path = fields.path();
    if (fields.index() == kVectorField) return read_vector(value, path, entry);
    if (fields.index() == kIdField) {
        auto id = read_id(value, path);
        if (!id) return id.error();
        entry.label.id = *std::move(id);
    } else if (fields.index() == kTextField) {
        auto text = read_text(value, path);
        if (!text) return text.error();
        entry.label.text = *std::move(text);
    } else if (fields.index() == kDtypeField) {
        const auto dtype = read_dtype(value, path);
        if (!dtype) return dtype.error();
        entry.dtype = *dtype;
    } else if (fields.index() == kShapeField) {
        const auto shape = read_shape(value, path);
        if (!shape) return shape.error();
        entry.shape = *shape;
    } else {
        return json::invalid_at(path, "passages", "one vector: these methods take no passages");
    }
    return {};
}

Result<void> VectorSide::read_vector(json::Value& value, const json::Path& path, Entry& entry) {
    const auto type = context_.reader.type(value);
    if (!type) return type.error();
    if (*type == json::Type::string) {
        const auto text = read_base64(value, path, kVector);
        if (!text) return text.error();
        entry.base64 = *text;
        return {};
    }
    auto numbers = context_.reader.array(value, path, kVector);
    if (!numbers) return numbers.error();
    const std::size_t known = known_dimension();
    const auto count = context_.reader.floats(*numbers, path,
                                              rows_.open(known != 0 ? known : math::kDimensionMax));
    if (!count) return count.error();
    entry.numbers = *count;
    return {};
}

// What is cut short is refused at once: its size means nothing to compare with a shape.
Result<std::string_view> VectorSide::read_base64(json::Value& value, const json::Path& path,
                                                 std::string_view allowed) {
    const auto text = context_.reader.string(value, path, allowed);
    if (!text || text->size() % 4 == 0) return text;
    const auto fault = base64::decode(*text, scratch(base64::decoded_size(*text)));
    QR_CHECK(fault.has_value());
    return not_base64(*fault, *text, path);
}

Result<void> VectorSide::finish_entry(Entry& entry, const json::Path& path) {
    const json::Path vector(path, "vector");
    Result<void> added;
    if (entry.numbers) {
        added = finish_numbers(entry, vector);
    } else if (entry.base64) {
        added = finish_base64(entry, vector);
    } else if (entry.shape && context_.tensors.is_present()) {
        const auto dimension = dimension_of(*entry.shape, json::Path(path, "shape"));
        added = dimension ? add_tensor(entry.dtype, 1, *dimension, path) : dimension.error();
    } else if (entry.label.text) {
        return add_text(std::move(entry.label), path);
    } else if (entry.label.id && role_ == Role::document && also_ == nullptr) {
        add_name(std::move(entry.label));
        return {};
    } else {
        added = json::invalid_at(path, "no vector", std::string(kEntry));
    }
    if (added.ok()) add_label(std::move(entry.label));
    return added;
}

// The numbers are in the open row already.
Result<void> VectorSide::finish_numbers(const Entry& entry, const json::Path& path) {
    if (auto checked = check_dimension(*entry.numbers, path); !checked) return checked;
    if (entry.shape) {
        const auto dimension = dimension_of(*entry.shape, path);
        if (!dimension) return dimension.error();
        if (*dimension != *entry.numbers) {
            return json::invalid_at(path, std::to_string(*entry.numbers) + " numbers",
                                    std::to_string(*dimension) + " (as the shape says)");
        }
    }
    rows_.commit(1, *entry.numbers);
    return {};
}

Result<void> VectorSide::finish_base64(const Entry& entry, const json::Path& path) {
    if (entry.shape) {
        const auto dimension = dimension_of(*entry.shape, path);
        if (!dimension) return dimension.error();
        return add_base64(*entry.base64, entry.dtype, 1, *dimension, path);
    }
    const std::size_t bytes = base64::decoded_size(*entry.base64);
    const DtypeInfo& dtype = info(entry.dtype);
    if (bytes % dtype.width != 0) {
        return json::invalid_at(path, std::to_string(bytes) + " bytes",
                                "a multiple of " + std::to_string(dtype.width) + " bytes (" +
                                    std::string(dtype.name) + ")");
    }
    return add_base64(*entry.base64, entry.dtype, 1, bytes / dtype.width, path);
}

Result<std::size_t> VectorSide::dimension_of(const Shape& shape, const json::Path& path) const {
    if (shape.rank == 1) return shape.sizes[0];
    if (shape.rank == 2 && shape.sizes[0] == 1) return shape.sizes[1];
    return json::invalid_at(path, "a shape of " + std::to_string(shape.sizes[0]) + " rows",
                            "[d] or [1, d]");
}

Result<void> VectorSide::check_dimension(std::size_t found, const json::Path& path) const {
    const std::size_t known = known_dimension();
    if (known != 0 && found != known) {
        return json::invalid_at(path, std::to_string(found) + " numbers",
                                std::to_string(known) + " (" + whose_dimension() + ")");
    }
    if (found >= 1 && found <= math::kDimensionMax) return {};
    return json::invalid_at(path, std::to_string(found) + " numbers",
                            "1.." + std::to_string(math::kDimensionMax) + " numbers");
}

Result<void> VectorSide::check_rows(std::size_t found, const json::Path& path) const {
    if (found >= 1 && found <= rows_max()) return {};
    const std::string_view unit = role_ == Role::query ? " queries" : " documents";
    const std::string number = found == 0 ? "no" : "more than " + std::to_string(rows_max());
    Error error = json::invalid_at(path, number + std::string(unit),
                                   "1.." + std::to_string(rows_max()) + std::string(unit));
    if (found == 0) error.reason = kEmptyReason;
    return error;
}

Result<void> VectorSide::add_base64(std::string_view text, Dtype dtype, std::size_t rows,
                                    std::size_t dimension, const json::Path& path) {
    if (auto checked = check_dimension(dimension, path); !checked) return checked;
    const std::size_t count = rows * dimension;
    const std::size_t bytes = count * info(dtype).width;
    const std::size_t found = base64::decoded_size(text);
    if (found != bytes) {
        return json::invalid_at(path, std::to_string(found) + " bytes",
                                std::to_string(bytes) + " bytes (" + std::to_string(count) + ' ' +
                                    std::string(info(dtype).name) + " numbers)");
    }
    const std::span<float> out = rows_.open(count);
    const bool is_direct = dtype == Dtype::float32;
    const auto decoded = is_direct ? std::as_writable_bytes(out) : scratch(bytes);
    if (const auto fault = base64::decode(text, decoded)) return not_base64(*fault, text, path);
    if (!is_direct) widen(dtype, decoded, out);
    rows_.commit(rows, dimension);
    return {};
}

std::span<std::byte> VectorSide::scratch(std::size_t bytes) {
    if (scratch_.capacity() < bytes) scratch_ = context_.buffers.take(bytes);
    return {scratch_.data(), bytes};
}

Result<void> VectorSide::add_tensor(Dtype dtype, std::size_t rows, std::size_t dimension,
                                    const json::Path& path) {
    if (auto checked = check_dimension(dimension, path); !checked) return checked;
    const auto bytes = context_.tensors.take(rows * dimension * info(dtype).width, path);
    if (!bytes) return bytes.error();
    if (dtype == Dtype::float32) {
        rows_.add(*bytes, rows, dimension);
        return {};
    }
    widen(dtype, *bytes, rows_.open(rows * dimension));
    rows_.commit(rows, dimension);
    return {};
}

Result<void> VectorSide::add_text(DocumentLabel label, const json::Path& path) {
    if (!context_.limits.takes_text) return no_encoder(path);
    const std::size_t row = count();
    text_rows_.push_back(row);
    labels_.resize(row + 1);
    labels_.back() = std::move(label);
    return {};
}

void VectorSide::add_name(DocumentLabel label) {
    const std::size_t row = count();
    if (named_ == 0) first_named_ = row;
    if (first_content_ == row) first_content_ = row + 1;
    ++named_;
    labels_.resize(row + 1);
    labels_.back() = std::move(label);
}

// Belongs to the row just added. Rows before the first label get empty ones.
void VectorSide::add_label(DocumentLabel label) {
    if (role_ != Role::document) return;  // nothing echoes a query
    const bool is_empty = !label.id && !label.text;
    if (is_empty && labels_.empty()) return;
    labels_.resize(count());
    labels_.back() = std::move(label);
}

std::size_t VectorSide::known_dimension() const {
    if (expected_ != 0) return expected_;
    if (other_ != nullptr && other_->rows_.dimension() != 0) return other_->rows_.dimension();
    return rows_.dimension();
}

std::string VectorSide::whose_dimension() const {
    if (expected_ != 0) return "the collection's";
    const bool is_other = other_ != nullptr && other_->rows_.dimension() != 0;
    const VectorSide& side = is_other ? *other_ : *this;
    if (!side.is_list_) return "the query's";
    return side.role_ == Role::query ? "the first query's" : "the first document's";
}

std::size_t VectorSide::rows_max() const {
    return role_ == Role::query ? context_.limits.queries_max : context_.limits.documents_max;
}

}  // namespace qr::native
