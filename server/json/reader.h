// Typed reading of one JSON document: values or an error that points at what is wrong.
//
// Sits on simdjson On-Demand, which checks only what is read; so everything here either reads a
// value wholly or skip()s it wholly, and finish() refuses what is left. The text is not copied:
// Buffer::kPadding bytes behind it must be readable. Strings point into the text or into the
// reader. One reader lives per thread at a time, on that thread's parser, whose memory is given
// back after an unusually large document.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "host/base/error.h"
#include "server/json/path.h"

namespace qr::json {

using Value = simdjson::ondemand::value;
using Array = simdjson::ondemand::array;
using Object = simdjson::ondemand::object;
using Type = simdjson::ondemand::json_type;

struct IntegerRange {
    std::int64_t lowest;
    std::int64_t highest;
};

class Reader {
  public:
    // A thread's parser keeps about 6 bytes per byte of the largest document it has read.
    static constexpr std::size_t kKeptTextBytes = std::size_t{4} << 20;
    static constexpr int kDepthMax = 64;  // of values that are skipped

    explicit Reader(std::string_view text);
    ~Reader();
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    // Before root(): which of those names comes first among the document's fields; names.size()
    // where none does, or where the document is not what root() would return.
    std::size_t first_of(std::span<const std::string_view> names);
    // The document, which must be an object. Once.
    Result<Object> root();
    // After the root has been read to its end: nothing but white space may follow.
    Result<void> finish();

    // `malformed` unless the value begins as one of the six types does.
    Result<Type> type(Value& value);
    static bool is_null(Value& value);

    // Each refuses any other type as `invalid`, with `allowed` in the message.
    Result<Object> object(Value& value, const Path& path, std::string_view allowed);
    Result<Array> array(Value& value, const Path& path, std::string_view allowed);
    // What an array's first element begins as; the array can be read as if nobody had looked.
    // Absent when it is empty.
    Result<std::optional<Type>> element_type(Array& array);
    Result<std::string_view> string(Value& value, const Path& path, std::string_view allowed);
    Result<bool> boolean(Value& value, const Path& path);
    Result<std::int64_t> integer(Value& value, const Path& path, IntegerRange range);
    // The digits of an integer of any size, "-12": for ids. Absent when the value is none.
    std::optional<std::string_view> integer_digits(Value& value);
    // Rounded to double, finite.
    Result<double> number(Value& value, const Path& path, std::string_view allowed);

    // Reads all numbers of an array, each rounded to float32, the first out.size() of them into
    // `out`; returns how many there were. Refuses what overflows float32.
    Result<std::size_t> floats(Array& array, const Path& path, std::span<float> out);

    // Checks a value that nobody wants.
    Result<void> skip(Value& value, const Path& path);

    // What refuses `value`: `malformed` when it is not even JSON.
    Error wrong_type(Value& value, const Path& path, std::string_view allowed);
    Error malformed(simdjson::error_code code, const char* at, std::string_view preposition = "at");
    Error malformed(simdjson::error_code code);  // just before where the parser stands

  private:
    static std::string_view written_as(Value& value);  // a scalar
    Result<void> open();
    Result<void> skip_nested(Value& value, const Path& path, int depth);
    Result<void> skip_object(Value& value, const Path& path, int depth);
    Result<void> skip_array(Value& value, const Path& path, int depth);
    Result<void> check_scalar(Value& value, Type type);
    Error no_object(Type found);
    Error not_a_float(Value& value, const Path& path);

    std::string_view text_;
    simdjson::ondemand::document document_;
    bool is_open_ = false;
};

}  // namespace qr::json
