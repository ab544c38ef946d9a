// Reads one side of a request, its queries or its documents, in every form that any dialect takes:
// a text, an array of numbers, an object with either or with base64, a tensor behind the header, a
// whole matrix.
//
// Invariant: every row that came as a vector has the dimension of the first such one and of the
// other side.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/encoding/half.h"
#include "host/rerank/rerank_request.h"
#include "server/dialects/native.h"
#include "server/dialects/native_rows.h"
#include "server/dialects/native_tensors.h"
#include "server/json/fields.h"

namespace qr::native {

// What the parts of one parse share.
struct Context {
    json::Reader& reader;
    json::Warnings& warnings;
    TensorTail& tensors;
    BufferPool& buffers;
    const ParseLimits& limits;
};

enum class Role { query, document };

class VectorSide {
  public:
    VectorSide(Context& context, Role role, std::size_t hint_bytes);
    // Whose dimension counts as well; both must outlive the reading.
    void face(const VectorSide& other) { other_ = &other; }

    Result<void> read_one(json::Value& value, const json::Path& path);
    Result<void> read_list(json::Value& value, const json::Path& path);
    // A list, or one text in its place.
    Result<void> read_one_or_list(json::Value& value, const json::Path& path);

    std::size_t count() const { return rows_.rows() + text_rows_.size(); }
    const RowStore& rows() const { return rows_; }  // without those that came as text
    Buffer take_buffer() && { return std::move(rows_).take_buffer(); }
    // One per row, or none when no row has any.
    std::vector<DocumentLabel> take_labels() &&;
    std::vector<std::size_t> take_text_rows() && { return std::move(text_rows_); }

  private:
    struct Shape {
        std::size_t rank = 0;
        std::size_t sizes[2] = {};
    };
    // A query or document while its fields come in, in any order.
    struct Entry {
        DocumentLabel label;
        Dtype dtype = Dtype::float32;
        std::optional<Shape> shape;
        std::optional<std::size_t> numbers;      // read from an array into the open row
        std::optional<std::string_view> base64;  // not yet decoded
    };
    // A whole matrix likewise.
    struct Matrix {
        Dtype dtype = Dtype::float32;
        std::optional<Shape> shape;
        std::optional<std::string_view> base64;
        std::vector<std::optional<std::string>> ids;
        std::vector<std::optional<std::string>> texts;
        bool has_ids = false;
        bool has_texts = false;
    };

    Result<void> read_entry(json::Value& value, const json::Path& path);
    Result<void> read_bare_numbers(json::Value& value, const json::Path& path);
    Result<void> read_object(json::Value& value, const json::Path& path);
    Result<void> read_entry_field(json::Fields& fields, Entry& entry);
    Result<void> read_vector(json::Value& value, const json::Path& path, Entry& entry);
    Result<std::string_view> read_base64(json::Value& value, const json::Path& path,
                                         std::string_view allowed);
    Result<void> finish_entry(Entry& entry, const json::Path& path);
    Result<void> finish_numbers(const Entry& entry, const json::Path& path);
    Result<void> finish_base64(const Entry& entry, const json::Path& path);

    Result<void> read_matrix(json::Value& value, const json::Path& path);
    Result<void> read_matrix_field(json::Fields& fields, Matrix& matrix);
    Result<void> finish_matrix(Matrix& matrix, const json::Path& path);
    Result<void> check_matrix_labels(const Matrix& matrix, const json::Path& path);
    using ReadLabel = Result<std::string> (VectorSide::*)(json::Value&, const json::Path&);
    Result<std::vector<std::optional<std::string>>> read_labels(json::Value& value,
                                                                const json::Path& path,
                                                                ReadLabel read);

    Result<std::string> read_id(json::Value& value, const json::Path& path);
    Result<std::string> read_text(json::Value& value, const json::Path& path);
    Result<Dtype> read_dtype(json::Value& value, const json::Path& path);
    Result<Shape> read_shape(json::Value& value, const json::Path& path);
    Result<std::size_t> dimension_of(const Shape& shape, const json::Path& path) const;

    Result<void> check_dimension(std::size_t found, const json::Path& path) const;
    Result<void> check_rows(std::size_t found, const json::Path& path) const;
    Result<void> add_base64(std::string_view text, Dtype dtype, std::size_t rows,
                            std::size_t dimension, const json::Path& path);
    Result<void> add_tensor(Dtype dtype, std::size_t rows, std::size_t dimension,
                            const json::Path& path);
    std::span<std::byte> scratch(std::size_t bytes);
    Result<void> add_text(DocumentLabel label, const json::Path& path);
    void add_label(DocumentLabel label);

    std::size_t known_dimension() const;
    std::string whose_dimension() const;
    std::size_t rows_max() const;

    Context& context_;
    const Role role_;
    bool is_list_ = false;
    const VectorSide* other_ = nullptr;
    RowStore rows_;
    Buffer scratch_;                      // decoded bytes that are not float32 yet
    std::vector<std::size_t> text_rows_;  // ascending; their texts are in labels_
    std::vector<DocumentLabel> labels_;
};

}  // namespace qr::native
