// The fields of one input as they come; kserve_tensor.cpp holds them against each other.
#include "server/dialects/kserve_input.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace qr::kserve {
namespace {

enum Field : std::size_t { kName, kShape, kDatatype, kParameters, kData };
constexpr std::array<std::string_view, 5> kFields = {"name", "shape", "datatype", "parameters",
                                                     "data"};
constexpr std::array<std::string_view, 1> kParameterFields = {"binary_data_size"};

constexpr json::IntegerRange kSizes = {1, std::int64_t{1} << 32};  // before their own limits
constexpr json::IntegerRange kByteCounts = {0, std::numeric_limits<std::int64_t>::max()};
constexpr int kTextDepthMax = 2;
constexpr std::string_view kDataForms = "an array of numbers or texts, flat or as the shape nests";

}  // namespace

InputReader::InputReader(native::Context& context, std::span<const Slot> slots,
                         std::size_t json_bytes)
    : context_(context), slots_(slots), json_bytes_(json_bytes), input_(context.buffers, 0) {}

Result<Input> InputReader::read(json::Value& value, const json::Path& path) && {
    auto object = context_.reader.object(value, path, "an object with name, shape and datatype");
    if (!object) return object.error();
    json::Fields fields(context_.reader, *object, path, kFields, context_.warnings);
    const auto done =
        fields.each([this](std::size_t field, json::Value& of, const json::Path& here) {
            return read_field(field, of, here);
        });
    if (!done) return done.error();
    if (auto finished = finish(path); !finished) return finished.error();
    return std::move(input_);
}

Result<void> InputReader::read_field(std::size_t field, json::Value& value,
                                     const json::Path& path) {
    switch (field) {
        case kName:
            return read_name(value, path);
        case kShape:
            return read_shape(value, path);
        case kDatatype:
            return read_datatype(value, path);
        case kParameters:
            return read_parameters(value, path);
        default:
            return read_data(value, path);
    }
}

Result<void> InputReader::read_name(json::Value& value, const json::Path& path) {
    std::string allowed;
    for (const Slot& slot : slots_)
        allowed += (allowed.empty() ? "" : ", ") + std::string(slot.name);
    const auto name = context_.reader.string(value, path, allowed);
    if (!name) return name.error();
    const auto found = std::ranges::find_if(slots_, [&name](const Slot& slot) {
        return *name == slot.name || (!slot.alias.empty() && *name == slot.alias);
    });
    if (found == slots_.end()) {
        return json::invalid_at(path, '"' + json::excerpt(*name) + '"', allowed);
    }
    slot_ = &*found;
    input_.slot = static_cast<std::size_t>(found - slots_.begin());
    return {};
}

Result<void> InputReader::read_shape(json::Value& value, const json::Path& path) {
    auto list = context_.reader.array(value, path, "an array of one or two sizes");
    if (!list) return list.error();
    Shape shape;
    for (auto element : *list) {
        json::Value entry;
        if (const auto code = std::move(element).get(entry)) return context_.reader.malformed(code);
        if (shape.rank == std::size(shape.sizes)) {
            return json::invalid_at(path, "more than two sizes", "one or two sizes");
        }
        const auto size = context_.reader.integer(entry, json::Path(path, shape.rank), kSizes);
        if (!size) return size.error();
        shape.sizes[shape.rank++] = static_cast<std::size_t>(*size);
    }
    if (shape.rank == 0) return json::invalid_at(path, "no sizes", "one or two sizes");
    shape_ = shape;
    return {};
}

Result<void> InputReader::read_datatype(json::Value& value, const json::Path& path) {
    const auto name = context_.reader.string(value, path, expected());
    if (!name) return name.error();
    datatype_ = find_datatype(*name);
    if (datatype_ && *datatype_ != Datatype::int32) return {};
    return json::invalid_at(path, '"' + json::excerpt(*name) + '"', expected());
}

Result<void> InputReader::read_parameters(json::Value& value, const json::Path& path) {
    auto object = context_.reader.object(value, path, "an object");
    if (!object) return object.error();
    json::Fields fields(context_.reader, *object, path, kParameterFields, context_.warnings);
    return fields.each(
        [this](std::size_t, json::Value& of, const json::Path& here) -> Result<void> {
            const auto bytes = context_.reader.integer(of, here, kByteCounts);
            if (!bytes) return bytes.error();
            binary_bytes_ = static_cast<std::size_t>(*bytes);
            return {};
        });
}

Result<void> InputReader::read_data(json::Value& value, const json::Path& path) {
    auto array = context_.reader.array(value, path, kDataForms);
    if (!array) return array.error();
    const auto first = context_.reader.element_type(*array);
    if (!first) return first.error();
    data_ = Data();
    if (*first == json::Type::string) return read_texts(*array, path, 1);
    if (*first == json::Type::array) return read_rows(*array, path);
    return read_numbers(*array, path);
}

// A number takes two bytes of JSON at least, so that a shape which promises more is no reason to
// ask for memory.
std::span<float> InputReader::room() {
    const std::size_t at_most = json_bytes_ / 2 + 1;
    const bool is_bounded = shape_ && shape_->sizes[0] <= at_most && shape_->sizes[1] <= at_most;
    return input_.numbers.open(is_bounded ? std::min(at_most, shape_->count()) : at_most);
}

Result<void> InputReader::read_numbers(json::Array& array, const json::Path& path) {
    numbers_ = room();
    const auto count = context_.reader.floats(array, path, numbers_);
    if (!count) return count.error();
    data_->numbers = *count;
    return {};
}

// Rows of numbers, or of texts.
Result<void> InputReader::read_rows(json::Array& array, const json::Path& path) {
    std::size_t index = 0;
    for (auto element : array) {
        json::Value entry;
        if (const auto code = std::move(element).get(entry)) return context_.reader.malformed(code);
        const json::Path here(path, index);
        auto row = context_.reader.array(entry, here, "an array, as the first element is");
        if (!row) return row.error();
        if (index++ == 0) {
            const auto first = context_.reader.element_type(*row);
            if (!first) return first.error();
            data_->is_text = *first == json::Type::string;
            if (!data_->is_text) numbers_ = room();
        }
        if (data_->is_text) {
            if (auto read = read_texts(*row, here, kTextDepthMax); !read) return read;
            continue;
        }
        const std::size_t taken = std::min(data_->numbers, numbers_.size());
        const auto count = context_.reader.floats(*row, here, numbers_.subspan(taken));
        if (!count) return count.error();
        if (!data_->row_numbers) data_->row_numbers = *count;
        if (*count != *data_->row_numbers) {
            return json::invalid_at(here, std::to_string(*count) + " numbers",
                                    std::to_string(*data_->row_numbers) + " (as the first row)");
        }
        data_->numbers += *count;
    }
    return {};
}

Result<void> InputReader::read_texts(json::Array& array, const json::Path& path, int depth) {
    data_->is_text = true;
    std::size_t index = 0;
    for (auto element : array) {
        json::Value entry;
        if (const auto code = std::move(element).get(entry)) return context_.reader.malformed(code);
        if (depth == kTextDepthMax && index == 1) {
            return json::invalid_at(path, "several texts", "one (the shape is [n] or [n, 1])");
        }
        if (auto read = read_text(entry, json::Path(path, index++)); !read) return read;
    }
    return {};
}

Result<void> InputReader::read_text(json::Value& value, const json::Path& path) {
    const auto text = context_.reader.string(value, path, "a text, as the first element is");
    if (!text) return text.error();
    return add_text(*text, path);
}

}  // namespace qr::kserve
