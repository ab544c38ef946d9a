#include "host/encoding/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "host/base/misfit.h"
#include "host/encoding/json_fields.h"

namespace qr {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are read as they lie");

constexpr std::size_t kSizeBytes = sizeof(std::uint64_t);

// Indexed by TensorType.
constexpr std::array<TensorTypeInfo, 8> kTypes = {{
    {TensorType::float64, "F64", 8},
    {TensorType::float32, "F32", 4},
    {TensorType::float16, "F16", 2},
    {TensorType::bfloat16, "BF16", 2},
    {TensorType::int64, "I64", 8},
    {TensorType::uint64, "U64", 8},
    {TensorType::int32, "I32", 4},
    {TensorType::int8, "I8", 1},
}};
constexpr std::string_view kTypeNames = "'F64', 'F32', 'F16', 'BF16', 'I64', 'U64', 'I32', 'I8'";

Error bad_file(std::string_view file, const std::string& found, const std::string& allowed) {
    return misfit_error(Code::invalid, file, found, allowed);
}

// The header's text.
Result<std::string_view> find_header(std::span<const std::byte> bytes, std::string_view file) {
    if (bytes.size() < kSizeBytes)
        return bad_file(file, std::to_string(bytes.size()) + " bytes", "at least 8");
    std::uint64_t size = 0;
    std::memcpy(&size, bytes.data(), kSizeBytes);
    const std::size_t most = std::min(Safetensors::kHeaderBytesMax, bytes.size() - kSizeBytes);
    if (size > most)
        return bad_file(file, "a header of " + std::to_string(size) + " bytes",
                        "at most " + std::to_string(most));
    return std::string_view(reinterpret_cast<const char*>(bytes.data()) + kSizeBytes, size);
}

std::optional<TensorType> find_type(std::string_view name) {
    const auto found = std::ranges::find(kTypes, name, &TensorTypeInfo::name);
    return found == kTypes.end() ? std::nullopt : std::optional(found->type);
}

// Bytes that the shape and the type make; nothing where they are more than a file can have.
std::optional<std::size_t> bytes_of(const Tensor& tensor) {
    std::size_t bytes = info(tensor.type).width;
    for (const std::size_t axis : tensor.shape) {
        if (axis != 0 && bytes > std::numeric_limits<std::size_t>::max() / axis)
            return std::nullopt;
        bytes *= axis;
    }
    return bytes;
}

// One tensor of the header, whose numbers lie in `data`.
Tensor read_tensor(const std::string& name, const JsonFields& entry,
                   std::span<const std::byte> data) {
    Tensor tensor{.name = name, .shape = {}, .bytes = {}};
    const std::optional<TensorType> type = find_type(entry.at("dtype").text());
    if (!type.has_value()) entry.at("dtype").refuse(kTypeNames);
    tensor.type = type.value_or(TensorType::int8);
    const JsonFields shape = entry.at("shape");
    if (shape.size() > Safetensors::kAxesMax)
        shape.refuse("at most " + std::to_string(Safetensors::kAxesMax) + " axes");
    shape.each([&](const JsonFields& axis) {
        tensor.shape.push_back(axis.number(0, std::numeric_limits<std::uint32_t>::max()));
    });
    std::vector<std::size_t> offsets;
    entry.at("data_offsets").each([&](const JsonFields& offset) {
        offsets.push_back(offset.number(0, data.size()));
    });
    if (offsets.size() != 2 || offsets[0] > offsets[1]) {
        entry.at("data_offsets").refuse("where it begins and, not before that, where it ends");
        return tensor;
    }
    tensor.bytes = data.subspan(offsets[0], offsets[1] - offsets[0]);
    if (bytes_of(tensor) != tensor.bytes.size())
        entry.at("data_offsets")
            .refuse(std::to_string(tensor.bytes.size()) + " bytes",
                    "what the shape and the type make");
    return tensor;
}

void require_no_gap(std::vector<Tensor>& tensors, std::span<const std::byte> data,
                    const JsonFields& header) {
    std::ranges::sort(tensors, [](const Tensor& a, const Tensor& b) {
        return std::pair(a.bytes.data(), a.bytes.size()) <
               std::pair(b.bytes.data(), b.bytes.size());
    });
    const std::byte* at = data.data();
    for (const Tensor& tensor : tensors) {
        if (tensor.bytes.data() != at)
            return header.at(tensor.name)
                .at("data_offsets")
                .refuse("a beginning at " + std::to_string(tensor.bytes.data() - data.data()),
                        std::to_string(at - data.data()) + ", where the one before ends");
        at += tensor.bytes.size();
    }
    const auto described = static_cast<std::size_t>(at - data.data());
    if (described != data.size())
        header.refuse(std::to_string(data.size()) + " bytes of numbers",
                      std::to_string(described) + ", those of its tensors");
}

}  // namespace

const TensorTypeInfo& info(TensorType type) {
    return kTypes[static_cast<std::size_t>(type)];
}

Result<Safetensors> Safetensors::parse(std::span<const std::byte> bytes, std::string_view file) {
    const Result<std::string_view> header = find_header(bytes, file);
    if (!header) return header.error();
    const Result<nlohmann::json> parsed = parse_json(*header, file);
    if (!parsed) return parsed.error();
    JsonFault fault{.file = std::string(file), .first = {}};
    const JsonFields root(*parsed, "", fault);
    const std::span<const std::byte> data = bytes.subspan(kSizeBytes + header->size());
    std::vector<Tensor> tensors;
    root.each_member([&](const std::string& name, const JsonFields& entry) {
        if (name != "__metadata__" && !fault.first.has_value())
            tensors.push_back(read_tensor(name, entry, data));
    });
    if (!fault.first.has_value()) require_no_gap(tensors, data, root);
    if (fault.first.has_value()) return *std::move(fault.first);
    return Safetensors(std::move(tensors));
}

const Tensor* Safetensors::find(std::string_view name) const {
    const auto found = std::ranges::find(tensors_, name, &Tensor::name);
    return found == tensors_.end() ? nullptr : &*found;
}

}  // namespace qr
