// A whole matrix as one object, and the fields that entries and matrices share.
#include <algorithm>
#include <array>
#include <utility>

#include "server/dialects/native_vectors.h"

namespace qr::native {
namespace {

constexpr std::int64_t kSizeMax = std::int64_t{1} << 32;  // of a shape, before its own limit

enum MatrixField : std::size_t { kVectorField, kDtypeField, kShapeField, kIdsField, kTextsField };
constexpr std::array<std::string_view, 6> kMatrixFields = {"vector", "dtype", "shape",
                                                           "ids",    "texts", "vectors"};

std::string dtype_names() {
    std::string names;
    for (const DtypeInfo& candidate : kDtypes)
        names += (names.empty() ? "" : ", ") + std::string(candidate.name);
    return names;
}

}  // namespace

Result<void> VectorSide::read_matrix(json::Value& value, const json::Path& path) {
    auto object = context_.reader.object(value, path, "an object");
    if (!object) return object.error();
    json::Fields fields(context_.reader, *object, path, kMatrixFields, context_.warnings);
    Matrix matrix;
    const auto read = fields.each([&](std::size_t, json::Value&, const json::Path&) {
        return read_matrix_field(fields, matrix);
    });
    if (!read) return read;
    return finish_matrix(matrix, path);
}

Result<void> VectorSide::read_matrix_field(json::Fields& fields, Matrix& matrix) {
    json::Value& value = fields.value();
    const json::Path path = fields.path();
    if (fields.index() == kVectorField) {
        const auto text = read_base64(value, path, "base64 text of the whole matrix");
        if (!text) return text.error();
        matrix.base64 = *text;
    } else if (fields.index() == kDtypeField) {
        const auto dtype = read_dtype(value, path);
        if (!dtype) return dtype.error();
        matrix.dtype = *dtype;
    } else if (fields.index() == kShapeField) {
        const auto shape = read_shape(value, path);
        if (!shape) return shape.error();
        matrix.shape = *shape;
    } else if (fields.index() == kIdsField || fields.index() == kTextsField) {
        const bool is_ids = fields.index() == kIdsField;
        auto labels =
            read_labels(value, path, is_ids ? &VectorSide::read_id : &VectorSide::read_text);
        if (!labels) return labels.error();
        (is_ids ? matrix.ids : matrix.texts) = *std::move(labels);
        (is_ids ? matrix.has_ids : matrix.has_texts) = true;
    } else {
        return json::invalid_at(path, "passages", "one matrix: these methods take no passages");
    }
    return {};
}

Result<void> VectorSide::finish_matrix(Matrix& matrix, const json::Path& path) {
    const json::Path shape(path, "shape");
    if (!matrix.shape || matrix.shape->rank != 2) {
        return json::invalid_at(shape, matrix.shape ? "one number" : "no shape",
                                "[n, d]: the rows and numbers a row of the matrix");
    }
    const auto [rows, dimension] = matrix.shape->sizes;
    if (auto checked = check_rows(rows, shape); !checked) return checked;
    if (auto checked = check_matrix_labels(matrix, path); !checked) return checked;
    Result<void> added;
    if (matrix.base64) {
        added =
            add_base64(*matrix.base64, matrix.dtype, rows, dimension, json::Path(path, "vector"));
    } else if (context_.tensors.is_present()) {
        added = add_tensor(matrix.dtype, rows, dimension, path);
    } else {
        added = json::invalid_at(path, "no vector", "an object with a matrix as base64 text");
    }
    if (!added || role_ != Role::document || !(matrix.has_ids || matrix.has_texts)) return added;
    labels_.resize(rows);
    for (std::size_t row = 0; row < matrix.ids.size(); ++row)
        labels_[row].id = std::move(matrix.ids[row]);
    for (std::size_t row = 0; row < matrix.texts.size(); ++row)
        labels_[row].text = std::move(matrix.texts[row]);
    return added;
}

Result<void> VectorSide::check_matrix_labels(const Matrix& matrix, const json::Path& path) {
    const std::size_t rows = matrix.shape->sizes[0];
    const std::string allowed = std::to_string(rows) + " (as the shape says)";
    if (matrix.has_ids && matrix.ids.size() != rows) {
        return json::invalid_at(json::Path(path, "ids"),
                                std::to_string(matrix.ids.size()) + " entries", allowed);
    }
    if (matrix.has_texts && matrix.texts.size() != rows) {
        return json::invalid_at(json::Path(path, "texts"),
                                std::to_string(matrix.texts.size()) + " entries", allowed);
    }
    return {};
}

Result<std::vector<std::optional<std::string>>> VectorSide::read_labels(json::Value& value,
                                                                        const json::Path& path,
                                                                        ReadLabel read) {
    auto list = context_.reader.array(value, path, "an array");
    if (!list) return list.error();
    std::vector<std::optional<std::string>> labels;
    for (auto element : *list) {
        json::Value entry;
        if (const auto code = std::move(element).get(entry)) return context_.reader.malformed(code);
        const json::Path here(path, labels.size());
        if (auto checked = check_rows(labels.size() + 1, path); !checked) return checked.error();
        labels.emplace_back();
        if (json::Reader::is_null(entry)) continue;
        auto label = (this->*read)(entry, here);
        if (!label) return label.error();
        labels.back() = *std::move(label);
    }
    return labels;
}

Result<std::string> VectorSide::read_id(json::Value& value, const json::Path& path) {
    return native::read_id(context_.reader, value, path);
}

Result<std::string> read_id(json::Reader& reader, json::Value& value, const json::Path& path) {
    std::string_view id;
    if (const auto digits = reader.integer_digits(value)) {
        id = *digits;
    } else {
        const auto text = reader.string(value, path, "a string or an integer");
        if (!text) return text.error();
        id = *text;
    }
    if (!id.empty() && id.size() <= kIdBytesMax) return std::string(id);
    return json::invalid_at(path, std::to_string(id.size()) + " bytes",
                            "1.." + std::to_string(kIdBytesMax) + " bytes");
}

Result<std::string> VectorSide::read_text(json::Value& value, const json::Path& path) {
    const auto text = context_.reader.string(value, path, "a string");
    if (!text) return text.error();
    if (text->size() <= context_.limits.text_bytes_max) return std::string(*text);
    return json::invalid_at(path, std::to_string(text->size()) + " bytes",
                            "at most " + std::to_string(context_.limits.text_bytes_max));
}

Result<Dtype> VectorSide::read_dtype(json::Value& value, const json::Path& path) {
    const auto name = context_.reader.string(value, path, dtype_names());
    if (!name) return name.error();
    if (const auto dtype = find_dtype(*name)) return *dtype;
    return json::invalid_at(path, '"' + json::excerpt(*name) + '"', dtype_names());
}

Result<VectorSide::Shape> VectorSide::read_shape(json::Value& value, const json::Path& path) {
    auto list = context_.reader.array(value, path, "an array of one or two sizes");
    if (!list) return list.error();
    Shape shape;
    for (auto element : *list) {
        json::Value entry;
        if (const auto code = std::move(element).get(entry)) return context_.reader.malformed(code);
        if (shape.rank == std::size(shape.sizes)) {
            return json::invalid_at(path, "more than two sizes", "one or two sizes");
        }
        const auto size =
            context_.reader.integer(entry, json::Path(path, shape.rank), {1, kSizeMax});
        if (!size) return size.error();
        shape.sizes[shape.rank++] = static_cast<std::size_t>(*size);
    }
    if (shape.rank > 0) return shape;
    return json::invalid_at(path, "no sizes", "one or two sizes");
}

}  // namespace qr::native
