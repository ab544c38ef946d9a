// What one input says of itself, held against its data; and the data that lies behind the JSON.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>

#include "host/base/check.h"
#include "host/base/utf8.h"
#include "kernels/math/amplitude.h"
#include "server/dialects/kserve_input.h"

namespace qr::kserve {
namespace {

constexpr std::string_view kVectorTypes = "FP32, FP16, BF16, FP64, INT8";
constexpr std::size_t kLengthBytes = sizeof(std::uint32_t);  // before each text

Dtype dtype_of(Datatype datatype) {
    switch (datatype) {
        case Datatype::fp16:
            return Dtype::float16;
        case Datatype::bf16:
            return Dtype::bfloat16;
        case Datatype::int8:
            return Dtype::int8;
        default:
            return Dtype::float32;
    }
}

bool is_binary_only(Datatype datatype) {
    return datatype == Datatype::fp16 || datatype == Datatype::bf16;
}

std::string bytes_text(std::size_t count) {
    return std::to_string(count) + (count == 1 ? " byte" : " bytes");
}

Error no_encoder(const json::Path& path) {
    Error error = json::invalid_at(
        path, "BYTES, which are texts",
        std::string(kVectorTypes) +
            ": this server runs without an encoder that turns texts into vectors (set `encoder`)");
    error.code = Code::no_encoder;
    return error;
}

}  // namespace

Result<void> InputReader::finish(const json::Path& path) {
    if (auto checked = check_declared(path); !checked) return checked;
    if (auto checked = check_datatype(path); !checked) return checked;
    if (auto checked = check_shape(path); !checked) return checked;
    input_.rank = shape_->rank;
    return binary_bytes_ ? finish_binary(path) : finish_json(path);
}

Result<void> InputReader::check_declared(const json::Path& path) const {
    if (slot_ == nullptr) return json::invalid_at(path, "no name", "an input's name");
    if (!shape_) return json::invalid_at(path, "no shape", "\"shape\": its sizes");
    if (!datatype_) return json::invalid_at(path, "no datatype", expected());
    if (binary_bytes_.has_value() != data_.has_value()) return {};
    return json::invalid_at(path, data_ ? "\"data\" and binary data" : "no data",
                            "\"data\", or parameters.binary_data_size and those bytes behind the "
                            "JSON");
}

Result<void> InputReader::check_datatype(const json::Path& path) const {
    const json::Path here(path, "datatype");
    const bool is_text = *datatype_ == Datatype::bytes;
    if (is_text && slot_->takes_text) return {};
    if (is_text) return no_encoder(here);
    if (slot_->takes_vectors) return {};
    return json::invalid_at(here, '"' + std::string(info(*datatype_).name) + '"', "BYTES");
}

// [q, d] and [n, d], or [d] alone for one row; texts [n], or [n, 1].
Result<void> InputReader::check_shape(const json::Path& path) {
    const json::Path here(path, "shape");
    Shape& shape = *shape_;
    const bool is_text = *datatype_ == Datatype::bytes;
    if (is_text && shape.sizes[1] != 1) {
        return json::invalid_at(here, "texts in " + std::to_string(shape.sizes[1]) + " columns",
                                "[n] or [n, 1]");
    }
    if (!is_text && shape.rank == 1) std::swap(shape.sizes[0], shape.sizes[1]);
    if (shape.sizes[0] > slot_->rows_max) {
        return json::invalid_at(here, std::to_string(shape.sizes[0]) + " rows",
                                "1.." + std::to_string(slot_->rows_max));
    }
    if (shape.sizes[1] <= math::kDimensionMax) return {};
    return json::invalid_at(here, std::to_string(shape.sizes[1]) + " numbers a row",
                            "1.." + std::to_string(math::kDimensionMax));
}

Result<void> InputReader::finish_json(const json::Path& path) {
    const json::Path here(path, "data");
    const bool wants_text = *datatype_ == Datatype::bytes;
    if (is_binary_only(*datatype_)) {
        return json::invalid_at(here, "JSON",
                                "binary data: JSON has no " + std::string(info(*datatype_).name));
    }
    const std::size_t found = data_->is_text ? input_.texts.size() : data_->numbers;
    if (data_->is_text != wants_text && found > 0) {
        return json::invalid_at(here, data_->is_text ? "texts" : "numbers",
                                wants_text ? "texts (BYTES)" : "numbers, as the datatype says");
    }
    if (found != shape_->count()) {
        return json::invalid_at(here, std::to_string(found) + (wants_text ? " texts" : " numbers"),
                                std::to_string(shape_->count()) + " (as the shape says)");
    }
    if (wants_text) return {};
    if (data_->row_numbers && *data_->row_numbers != shape_->sizes[1]) {
        return json::invalid_at(here, "rows of " + std::to_string(*data_->row_numbers) + " numbers",
                                std::to_string(shape_->sizes[1]) + " (as the shape says)");
    }
    if (auto checked = check_integers(here); !checked) return checked;
    input_.numbers.commit(shape_->sizes[0], shape_->sizes[1]);
    return {};
}

Result<void> InputReader::check_integers(const json::Path& path) {
    if (*datatype_ != Datatype::int8) return {};
    const auto numbers = numbers_.first(data_->numbers);
    const auto bad = std::ranges::find_if(
        numbers, [](float x) { return x != std::trunc(x) || x < INT8_MIN || x > INT8_MAX; });
    if (bad == numbers.end()) return {};
    return json::invalid_at(path,
                            "a number that is no INT8, element " +
                                std::to_string(bad - numbers.begin()) + " of the tensor",
                            "integers -128..127");
}

Result<void> InputReader::finish_binary(const json::Path& path) {
    const json::Path parameters(path, "parameters");
    const json::Path here(parameters, "binary_data_size");
    if (!context_.tensors.is_present()) {
        return json::invalid_at(here, "no Inference-Header-Content-Length",
                                "that header, with the length of the JSON, and binary data behind");
    }
    const std::size_t width = info(*datatype_).width;
    if (width != 0 && *binary_bytes_ != shape_->count() * width) {
        return json::invalid_at(here, bytes_text(*binary_bytes_),
                                bytes_text(shape_->count() * width) + " (" +
                                    std::to_string(shape_->count()) + ' ' +
                                    std::string(info(*datatype_).name) + " numbers)");
    }
    const auto bytes = context_.tensors.take(*binary_bytes_, here);
    if (!bytes) return bytes.error();
    return *datatype_ == Datatype::bytes ? add_texts(*bytes, path) : add_numbers(*bytes, path);
}

Result<void> InputReader::add_numbers(std::span<const std::byte> bytes, const json::Path& path) {
    const auto [rows, dimension] = shape_->sizes;
    if (*datatype_ == Datatype::fp32) {
        input_.numbers.add(bytes, rows, dimension);
        return {};
    }
    if (*datatype_ == Datatype::fp64) return add_doubles(bytes, path);
    widen(dtype_of(*datatype_), bytes, input_.numbers.open(rows * dimension));
    input_.numbers.commit(rows, dimension);
    return {};
}

// NaN and infinities pass, for scoring to refuse them by row, as in every other datatype.
Result<void> InputReader::add_doubles(std::span<const std::byte> bytes, const json::Path& path) {
    const auto [rows, dimension] = shape_->sizes;
    const std::span<float> out = input_.numbers.open(rows * dimension);
    for (std::size_t i = 0; i < out.size(); ++i) {
        double number = 0;
        std::memcpy(&number, bytes.data() + i * sizeof(number), sizeof(number));
        out[i] = static_cast<float>(number);
        if (std::isfinite(number) && !std::isfinite(out[i])) {
            return json::invalid_at(
                path, "a number beyond float32, element " + std::to_string(i) + " of the tensor",
                "numbers within float32, -3.4028235e38..3.4028235e38");
        }
    }
    input_.numbers.commit(rows, dimension);
    return {};
}

// Each text is its length, a little-endian uint32, and so many bytes.
Result<void> InputReader::add_texts(std::span<const std::byte> bytes, const json::Path& path) {
    for (std::size_t row = 0; row < shape_->sizes[0]; ++row) {
        const json::Path here(path, row);
        std::uint32_t length = 0;
        if (bytes.size() < kLengthBytes) {
            return json::invalid_at(here, bytes_text(bytes.size()) + " left",
                                    "a length of 4 bytes and the text");
        }
        std::memcpy(&length, bytes.data(), kLengthBytes);
        bytes = bytes.subspan(kLengthBytes);
        if (length > bytes.size()) {
            return json::invalid_at(here, "a text of " + bytes_text(length),
                                    "at most the " + bytes_text(bytes.size()) + " left");
        }
        const std::string_view text(reinterpret_cast<const char*>(bytes.data()), length);
        const std::size_t valid = valid_utf8_prefix(text);
        if (valid != text.size()) {
            return json::invalid_at(
                here,
                "a byte that is not UTF-8 at offset " + std::to_string(valid) + " of the text",
                "UTF-8");
        }
        if (auto added = add_text(text, here); !added) return added;
        bytes = bytes.subspan(length);
    }
    if (bytes.empty()) return {};
    return json::invalid_at(path, bytes_text(bytes.size()) + " behind the last text",
                            std::to_string(shape_->sizes[0]) + " texts (as the shape says)");
}

// Which slot it is for may not be known yet, so the largest limit counts here.
Result<void> InputReader::add_text(std::string_view text, const json::Path& path) {
    const auto most = std::ranges::max(slots_, {}, &Slot::rows_max).rows_max;
    if (input_.texts.size() == most) {
        return json::invalid_at(path, "more than " + std::to_string(most) + " texts",
                                "1.." + std::to_string(most));
    }
    if (text.size() > context_.limits.text_bytes_max) {
        return json::invalid_at(path, bytes_text(text.size()),
                                "at most " + std::to_string(context_.limits.text_bytes_max));
    }
    input_.texts.emplace_back(text);
    return {};
}

std::string InputReader::expected() const {
    return std::string(kVectorTypes) + ", BYTES";
}

}  // namespace qr::kserve
