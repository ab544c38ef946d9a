#include "server/dialects/collection_values.h"

#include <algorithm>
#include <utility>

#include "server/dialects/native_vectors.h"
#include "server/json/each.h"

namespace qr::collections {
namespace {

constexpr std::string_view kPositive = "a positive number of seconds, at most 1e10";
constexpr double kTtlSecondsMax = 1e10;

}  // namespace

Result<void> check_number_name(std::string_view name, std::size_t names_before,
                               const json::Path& path) {
    if (name.empty() || name.size() > kNumberNameBytesMax) {
        return json::invalid_at(path, "a name of " + std::to_string(name.size()) + " bytes",
                                "1.." + std::to_string(kNumberNameBytesMax) + " bytes");
    }
    if (names_before < kNumbersMax) return {};
    return json::invalid_at(path, "more than " + std::to_string(kNumbersMax) + " numbers",
                            "at most " + std::to_string(kNumbersMax));
}

Result<std::vector<std::string>> read_tags(json::Reader& reader, json::Value& value,
                                           const json::Path& path) {
    auto list = reader.array(value, path, "an array of tags");
    if (!list) return list.error();
    std::vector<std::string> tags;
    const auto read = json::each_element(
        reader, *list, path, [&](json::Value& element, const json::Path& here) -> Result<void> {
            const auto tag = reader.string(element, here, "a string");
            if (!tag) return tag.error();
            if (tag->empty() || tag->size() > kTagBytesMax) {
                return json::invalid_at(here, std::to_string(tag->size()) + " bytes",
                                        "1.." + std::to_string(kTagBytesMax) + " bytes");
            }
            if (std::ranges::find(tags, *tag) != tags.end()) return {};
            if (tags.size() == kTagsMax) {
                return json::invalid_at(path, "more than " + std::to_string(kTagsMax) + " tags",
                                        "at most " + std::to_string(kTagsMax));
            }
            tags.emplace_back(*tag);
            return {};
        });
    if (!read) return read.error();
    return tags;
}

Result<double> read_ttl(json::Reader& reader, json::Value& value, const json::Path& path) {
    const auto seconds = reader.number(value, path, kPositive);
    if (!seconds) return seconds.error();
    if (*seconds > 0 && *seconds <= kTtlSecondsMax) return *seconds;
    return json::invalid_at(path, std::to_string(*seconds), std::string(kPositive));
}

Result<std::vector<std::string>> read_ids(json::Reader& reader, json::Value& value,
                                          const json::Path& path, std::size_t ids_max) {
    auto list = reader.array(value, path, "an array of ids");
    if (!list) return list.error();
    std::vector<std::string> ids;
    const std::string allowed = "1.." + std::to_string(ids_max) + " ids";
    const auto read = json::each_element(
        reader, *list, path, [&](json::Value& element, const json::Path& here) -> Result<void> {
            if (ids.size() == ids_max) {
                return json::invalid_at(path, "more than " + std::to_string(ids_max) + " ids",
                                        allowed);
            }
            auto id = native::read_id(reader, element, here);
            if (!id) return id.error();
            ids.push_back(*std::move(id));
            return {};
        });
    if (!read) return read.error();
    if (ids.empty()) return json::invalid_at(path, "no ids", allowed);
    return ids;
}

}  // namespace qr::collections
