#include "server/dialects/collection_settings.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "host/collection/snapshot_drafts.h"
#include "kernels/math/amplitude.h"
#include "server/dialects/collection_values.h"
#include "server/dialects/embedding.h"
#include "server/json/fields.h"

namespace qr::collections {
namespace {

constexpr json::IntegerRange kDimensions = {1, math::kDimensionMax};
constexpr std::string_view kStorages = "float32, float16, bfloat16";
constexpr std::string_view kScans = "auto, float32, float16, bfloat16, int8";

enum Field : std::size_t { kDimension, kStorage, kScan, kTtl };
constexpr std::array<std::string_view, 4> kFields = {"dimension", "storage", "scan", "ttl_seconds"};
constexpr std::array<std::string_view, 1> kFolderFields = {"folder"};

// Reads the fields of the body, each by its index; any other is refused.
template <typename Read>
Result<void> read_strictly(json::Reader& reader, std::span<const std::string_view> known,
                           Read read) {
    const auto root = reader.root();
    if (!root) return root.error();
    json::Warnings none(0);
    const json::Path whole;
    json::Fields fields(reader, *root, whole, known, none, json::UnknownFields::refused);
    if (Result<void> done = fields.each(read); !done) return done;
    return reader.finish();
}

Result<std::optional<Dtype>> read_dtype(json::Reader& reader, json::Value& value,
                                        const json::Path& path, bool is_scan) {
    const std::string_view allowed = is_scan ? kScans : kStorages;
    const auto word = reader.string(value, path, allowed);
    if (!word) return word.error();
    if (is_scan && *word == "auto") return std::optional<Dtype>();
    const std::optional<Dtype> found = find_dtype(*word);
    if (found && (is_scan || *found != Dtype::int8)) return found;
    return json::invalid_at(path, '"' + json::excerpt(*word) + '"', std::string(allowed));
}

Result<void> read_field(json::Reader& reader, std::size_t field, json::Value& value,
                        const json::Path& path, CreateRequest& request) {
    if (field == kDimension) {
        const auto dimension = reader.integer(value, path, kDimensions);
        if (!dimension) return dimension.error();
        request.dimension = static_cast<std::size_t>(*dimension);
    } else if (field == kTtl) {
        const auto seconds = read_ttl(reader, value, path);
        if (!seconds) return seconds.error();
        request.ttl_seconds = *seconds;
    } else {
        const auto dtype = read_dtype(reader, value, path, field == kScan);
        if (!dtype) return dtype.error();
        if (field == kScan) {
            request.scan = *dtype;
        } else {
            request.storage = **dtype;
        }
    }
    return {};
}

std::string text_of(const std::optional<std::string>& encoder) {
    return encoder ? *encoder : "none";
}

std::string seconds_of(const std::optional<double>& ttl) {
    return ttl ? std::to_string(*ttl) : "none";
}

std::string name_of(const std::optional<Dtype>& scan) {
    return scan ? std::string(info(*scan).name) : "auto";
}

}  // namespace

Result<CreateRequest> read_settings(const native::Payload& payload) {
    CreateRequest request;
    const std::string_view body = dialects::json_of(payload);
    if (body.empty()) return request;
    json::Reader reader(body);
    const auto read = read_strictly(
        reader, kFields, [&](std::size_t field, json::Value& value, const json::Path& path) {
            return read_field(reader, field, value, path, request);
        });
    if (!read) return read.error();
    return request;
}

std::string difference(const CollectionSettings& there, const CollectionSettings& asked) {
    std::string text;
    const auto compare = [&text](std::string_view what, const std::string& is,
                                 const std::string& wanted) {
        if (is == wanted) return;
        text += (text.empty() ? "" : ", ") + std::string(what) + ' ' + is + " instead of " + wanted;
    };
    compare("dimension", std::to_string(there.layout.dimension),
            std::to_string(asked.layout.dimension));
    compare("storage", std::string(info(there.layout.storage).name),
            std::string(info(asked.layout.storage).name));
    if (asked.layout.scan) compare("scan", name_of(there.layout.scan), name_of(asked.layout.scan));
    compare("ttl_seconds", seconds_of(there.ttl_seconds), seconds_of(asked.ttl_seconds));
    if (asked.encoder) compare("encoder", text_of(there.encoder), text_of(asked.encoder));
    return text;
}

Result<std::string> read_folder(const native::Payload& payload) {
    json::Reader reader(dialects::json_of(payload));
    std::string folder;
    const auto read =
        read_strictly(reader, kFolderFields,
                      [&](std::size_t, json::Value& value, const json::Path& path) -> Result<void> {
                          const auto name = reader.string(value, path, "a string");
                          if (!name) return name.error();
                          folder = std::string(*name);
                          return {};
                      });
    if (!read) return read.error();
    if (is_snapshot_name(folder)) return folder;
    const json::Path whole;
    return json::invalid_at(json::Path(whole, "folder"),
                            folder.empty() ? "nothing" : '"' + json::excerpt(folder) + '"',
                            "a name of 1..128 of A-Z a-z 0-9 _ - . that does not begin with a dot");
}

}  // namespace qr::collections
