#include "server/dialects/safetensors_ids.h"

#include <cstring>
#include <utility>

#include "host/base/misfit.h"
#include "server/dialects/collection_values.h"
#include "server/json/each.h"

namespace qr::collections {
namespace {

constexpr std::string_view kIds = "ids";
constexpr std::string_view kMetadata = "__metadata__";
constexpr std::size_t kSizeBytes = 8;  // of the header, before it

Error wrong_ids(std::string found, std::string allowed) {
    return misfit_error(Code::invalid, "ids", std::move(found), std::move(allowed));
}

// Text with the readable bytes behind it that a reader wants.
Buffer padded(std::string_view text) {
    Buffer buffer(text.size());
    std::memcpy(buffer.data(), text.data(), text.size());
    return buffer;
}

std::string_view view_of(const Buffer& buffer, std::size_t size) {
    return {reinterpret_cast<const char*>(buffer.data()), size};
}

// The text of `__metadata__`'s "ids", or nothing. The header has been parsed before.
Result<std::string> metadata_ids(std::string_view header) {
    const Buffer buffer = padded(header);
    json::Reader reader(view_of(buffer, header.size()));
    const auto root = reader.root();
    if (!root) return root.error();
    std::string ids;
    const json::Path whole;
    const auto read = json::each_field(
        reader, *root, whole,
        [&](std::string_view name, json::Value& value, const json::Path& path) -> Result<void> {
            if (name != kMetadata) return reader.skip(value, path);
            auto object = reader.object(value, path, "an object of texts");
            if (!object) return object.error();
            return json::each_field(reader, *object, path,
                                    [&](std::string_view key, json::Value& text,
                                        const json::Path& here) -> Result<void> {
                                        if (key != kIds) return reader.skip(text, here);
                                        const auto found =
                                            reader.string(text, here, "the text of a JSON array");
                                        if (!found) return found.error();
                                        ids = std::string(*found);
                                        return {};
                                    });
        });
    if (!read) return read.error();
    return ids;
}

Result<std::vector<std::string>> parse_ids(const std::string& list, std::size_t rows) {
    const std::string text = "{\"ids\":" + list + '}';
    const Buffer buffer = padded(text);
    json::Reader reader(view_of(buffer, text.size()));
    const auto root = reader.root();
    if (!root) return root.error();
    std::vector<std::string> ids;
    const json::Path whole;
    const auto read = json::each_field(
        reader, *root, whole,
        [&](std::string_view, json::Value& value, const json::Path& path) -> Result<void> {
            auto found = read_ids(reader, value, path, rows);
            if (!found) return found.error();
            ids = *std::move(found);
            return {};
        });
    if (!read) return read.error();
    if (const auto ended = reader.finish(); !ended) return ended.error();
    return ids;
}

Result<std::vector<std::string>> tensor_ids(const Tensor& tensor) {
    if (tensor.type != TensorType::uint64 && tensor.type != TensorType::int64) {
        return wrong_ids("numbers of type " + std::string(info(tensor.type).name), "U64 or I64");
    }
    std::vector<std::string> ids(tensor.count());
    for (std::size_t i = 0; i < ids.size(); ++i) {
        std::uint64_t number = 0;
        std::memcpy(&number, tensor.bytes.data() + i * sizeof number, sizeof number);
        ids[i] = tensor.type == TensorType::uint64
                     ? std::to_string(number)
                     : std::to_string(static_cast<std::int64_t>(number));
    }
    return ids;
}

Result<std::vector<std::string>> ids_in(const Safetensors& tensors, std::span<const std::byte> file,
                                        std::size_t rows) {
    if (const Tensor* const tensor = tensors.find(kIds)) return tensor_ids(*tensor);
    std::uint64_t size = 0;
    std::memcpy(&size, file.data(), kSizeBytes);
    const auto header = file.subspan(kSizeBytes, static_cast<std::size_t>(size));
    const auto list = metadata_ids({reinterpret_cast<const char*>(header.data()), header.size()});
    if (!list.ok()) return list.error();
    if (list->empty()) return std::vector<std::string>();
    return parse_ids(*list, rows);
}

}  // namespace

Result<FileIds> ids_of(const Safetensors& tensors, std::span<const std::byte> file,
                       std::size_t rows, RowNames names) {
    auto ids = ids_in(tensors, file, rows);
    if (!ids.ok()) return ids.error();
    if (ids->empty()) return FileIds(std::move(names));
    if (ids->size() == rows) return FileIds(*std::move(ids));
    return wrong_ids(std::to_string(ids->size()) + " of them",
                     std::to_string(rows) + ", one a row");
}

}  // namespace qr::collections
