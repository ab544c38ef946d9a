// Reads one side of a request, its queries or its documents, in every form that any dialect takes:
// a text, an array of numbers, an object with either or with base64, a tensor behind the header, a
// whole matrix.
//
// Invariant: every row that came as a vector has the dimension of the first such one and of the
// other side.
#pragma once

#include <array>
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

// A document's id: text, or an integer as its decimal digits.
Result<std::string> read_id(json::Reader& reader, json::Value& value, const json::Path& path);

// What the objects of a side may hold besides, for whoever stores documents.
class EntryFields {
  public:
    virtual ~EntryFields() = default;
    // Every name that an object may have, the side's own first.
    virtual std::span<const std::string_view> names() const = 0;
    virtual void begin() = 0;
    // `field` indexes names().
    virtual Result<void> read(std::size_t field, json::Value& value, const json::Path& path) = 0;
    virtual Result<void> end(const DocumentLabel& label, const json::Path& path) = 0;
};

class VectorSide {
  public:
    // Of an object that is one query or document.
    static constexpr std::array<std::string_view, 6> kEntryFields = {"vector", "id",    "text",
                                                                     "dtype",  "shape", "vectors"};

    VectorSide(Context& context, Role role, std::size_t hint_bytes);
    // Whose dimension counts as well; both must outlive the reading.
    void face(const VectorSide& other) { other_ = &other; }
    // The dimension that every vector must have: a collection's.
    void expect(std::size_t dimension) { expected_ = dimension; }
    // Entries are objects alone from now on, with those fields, which must outlive the reading.
    void also_read(EntryFields& fields) { also_ = &fields; }

    Result<void> read_one(json::Value& value, const json::Path& path);
    Result<void> read_list(json::Value& value, const json::Path& path);
    // One entry that is a whole document.
    Result<void> read_object(json::Object object, const json::Path& path);
    // A list, or one text in its place.
    Result<void> read_one_or_list(json::Value& value, const json::Path& path);

    std::size_t count() const { return rows_.rows() + text_rows_.size() + named_; }
    // Of those the ones that have an id and nothing else: their vectors lie in a collection.
    std::size_t named() const { return named_; }
    // The first row that is named, or that is not; count() where there is none.
    std::size_t first_named() const { return named_ > 0 ? first_named_ : count(); }
    std::size_t first_with_content() const { return named_ < count() ? first_content_ : count(); }
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
    void add_name(DocumentLabel label);

    std::size_t known_dimension() const;
    std::string whose_dimension() const;
    std::size_t rows_max() const;

    Context& context_;
    const Role role_;
    bool is_list_ = false;
    const VectorSide* other_ = nullptr;
    EntryFields* also_ = nullptr;
    std::size_t expected_ = 0;  // 0: whatever comes first
    std::size_t named_ = 0;
    std::size_t first_named_ = 0;
    std::size_t first_content_ = 0;
    RowStore rows_;
    Buffer scratch_;                      // decoded bytes that are not float32 yet
    std::vector<std::size_t> text_rows_;  // ascending; their texts are in labels_
    std::vector<DocumentLabel> labels_;
};

}  // namespace qr::native
