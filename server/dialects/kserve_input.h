// Reads one input of a KServe v2 request: numbers as float32 rows, or texts, from its JSON `data`
// or from the bytes behind the JSON.
//
// The fields of an input come in any order, so `data` is read before anybody knows what it should
// be, and held against `shape` and `datatype` at the input's end. Binary data is taken there, which
// is the order in which the inputs are declared.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/dialects/kserve_models.h"
#include "server/dialects/native_vectors.h"

namespace qr::kserve {

// What a model takes in one place.
struct Slot {
    std::string_view name;
    std::string_view alias = {};
    std::size_t rows_max = 0;
    bool takes_vectors = true;  // else texts alone
    bool takes_text = true;
};

struct Input {
    explicit Input(BufferPool& buffers, std::size_t hint_bytes) : numbers(buffers, hint_bytes) {}

    std::size_t slot = 0;
    std::size_t rank = 0;  // of its shape
    native::RowStore numbers;
    std::vector<std::string> texts;  // one a row, or none

    std::size_t dimension() const { return numbers.dimension(); }  // 0: texts
};

class InputReader {
  public:
    // `json_bytes`: the size of the whole JSON, more than which no list of numbers in it has.
    InputReader(native::Context& context, std::span<const Slot> slots, std::size_t json_bytes);

    // Errors: `malformed`, `invalid`, `no_encoder`, each with its JSON pointer. Once.
    Result<Input> read(json::Value& value, const json::Path& path) &&;

  private:
    struct Shape {
        std::size_t rank = 0;
        std::size_t sizes[2] = {1, 1};
        std::size_t count() const { return sizes[0] * sizes[1]; }
    };
    // What `data` turned out to be.
    struct Data {
        bool is_text = false;
        std::size_t numbers = 0;
        std::optional<std::size_t> row_numbers;  // of a nested array, in each of its rows
    };

    Result<void> read_field(std::size_t field, json::Value& value, const json::Path& path);
    Result<void> read_name(json::Value& value, const json::Path& path);
    Result<void> read_shape(json::Value& value, const json::Path& path);
    Result<void> read_datatype(json::Value& value, const json::Path& path);
    Result<void> read_parameters(json::Value& value, const json::Path& path);
    Result<void> read_data(json::Value& value, const json::Path& path);
    Result<void> read_numbers(json::Array& array, const json::Path& path);
    Result<void> read_rows(json::Array& array, const json::Path& path);
    Result<void> read_texts(json::Array& array, const json::Path& path, int depth);
    Result<void> read_text(json::Value& value, const json::Path& path);
    std::span<float> room();

    Result<void> finish(const json::Path& path);
    Result<void> check_declared(const json::Path& path) const;
    Result<void> check_datatype(const json::Path& path) const;
    Result<void> check_shape(const json::Path& path);
    Result<void> finish_json(const json::Path& path);
    Result<void> check_integers(const json::Path& path);
    Result<void> finish_binary(const json::Path& path);
    Result<void> add_numbers(std::span<const std::byte> bytes, const json::Path& path);
    Result<void> add_doubles(std::span<const std::byte> bytes, const json::Path& path);
    Result<void> add_texts(std::span<const std::byte> bytes, const json::Path& path);
    Result<void> add_text(std::string_view text, const json::Path& path);
    std::string expected() const;

    native::Context& context_;
    const std::span<const Slot> slots_;
    const std::size_t json_bytes_;
    Input input_;
    const Slot* slot_ = nullptr;
    std::optional<Datatype> datatype_;
    std::optional<Shape> shape_;
    std::optional<std::size_t> binary_bytes_;
    std::optional<Data> data_;
    std::span<float> numbers_;  // room for those of `data`
};

}  // namespace qr::kserve
