#include "host/collection/document_rules.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "host/base/misfit.h"
#include "host/base/utf8.h"
#include "host/collection/catalog.h"

namespace qr {
namespace {

constexpr double kTtlSecondsMax = 1e10;  // some three centuries
constexpr std::size_t kEncoderBytesMax = 1024;

Error refused(const std::string& pointer, const std::string& found, const std::string& allowed) {
    return misfit_at(Code::invalid, pointer, found, allowed);
}

Result<void> check_text(std::string_view text, std::size_t least, std::size_t most,
                        const std::string& pointer) {
    if (text.size() < least || text.size() > most)
        return refused(pointer, std::to_string(text.size()) + " bytes",
                       std::to_string(least) + " to " + std::to_string(most));
    const std::size_t valid = valid_utf8_prefix(text);
    if (valid != text.size())
        return refused(pointer, "no UTF-8 at byte " + std::to_string(valid), "UTF-8");
    return {};
}

Result<void> check_count(std::size_t found, std::size_t most, const std::string& pointer) {
    if (found <= most) return {};
    return refused(pointer, std::to_string(found) + " entries", "at most " + std::to_string(most));
}

Result<void> check_tags(const std::vector<std::string>& tags, const std::string& pointer) {
    if (auto count = check_count(tags.size(), kTagsMax, pointer); !count) return count;
    for (std::size_t i = 0; i < tags.size(); ++i) {
        const std::string at = pointer + "/" + std::to_string(i);
        if (auto text = check_text(tags[i], 1, kTagBytesMax, at); !text) return text;
        if (std::find(tags.begin(), tags.begin() + static_cast<std::ptrdiff_t>(i), tags[i]) !=
            tags.begin() + static_cast<std::ptrdiff_t>(i))
            return refused(at, "'" + tags[i] + "' once more", "each tag once");
    }
    return {};
}

Result<void> check_numbers(const std::map<std::string, double>& numbers,
                           const std::string& pointer) {
    if (auto count = check_count(numbers.size(), kNumbersMax, pointer); !count) return count;
    for (const auto& [name, number] : numbers) {
        if (auto text = check_text(name, 1, kNumberNameBytesMax, pointer); !text) return text;
        if (!std::isfinite(number))
            return refused(pointer + "/" + name, "a number that is not finite", "finite numbers");
    }
    return {};
}

bool is_name_character(char character) {
    return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9') ||
           character == '_' || character == '.' || character == '-';
}

}  // namespace

Result<void> check_collection_name(std::string_view name) {
    const bool is_well_begun = !name.empty() && is_name_character(name[0]) && name[0] != '_' &&
                               name[0] != '.' && name[0] != '-';
    if (is_well_begun && name.size() <= kCollectionNameBytesMax &&
        std::ranges::all_of(name, is_name_character))
        return {};
    const std::string shown(name.substr(0, std::min(valid_utf8_prefix(name), std::size_t{64})));
    return refused(
        "/name", "'" + shown + "'",
        "[a-z0-9][a-z0-9_.-]*, up to " + std::to_string(kCollectionNameBytesMax) + " bytes");
}

Result<void> check_settings(const CollectionSettings& settings) {
    if (settings.layout.storage == Dtype::int8)
        return refused("/storage", "int8", "float32, float16, bfloat16");
    if (settings.ttl_seconds &&
        !(*settings.ttl_seconds > 0 && *settings.ttl_seconds <= kTtlSecondsMax))
        return refused("/ttl_seconds", std::to_string(*settings.ttl_seconds),
                       "more than 0, up to 1e10");
    if (settings.encoder) return check_text(*settings.encoder, 1, kEncoderBytesMax, "/encoder");
    return {};
}

Result<void> check_document(const Document& document, std::size_t index) {
    const std::string at = "/" + std::to_string(index);
    const DocumentFields& fields = document.fields;
    if (auto id = check_text(document.id, 1, kIdBytesMax, at + "/id"); !id) return id;
    if (fields.text) {
        if (auto text = check_text(*fields.text, 0, kTextBytesMax, at + "/text"); !text)
            return text;
    }
    if (auto tags = check_tags(fields.tags, at + "/tags"); !tags) return tags;
    if (fields.expires_at && !std::isfinite(*fields.expires_at))
        return refused(at + "/expires_at", "a number that is not finite", "seconds since 1970");
    return check_numbers(fields.numbers, at + "/numbers");
}

Result<void> check_filter(const Filter& filter) {
    for (const auto& [tags, pointer] : {std::pair(&filter.all_tags, "/filter/all_tags"),
                                        std::pair(&filter.any_tags, "/filter/any_tags"),
                                        std::pair(&filter.no_tags, "/filter/no_tags")}) {
        if (auto count = check_count(tags->size(), kTagsMax, pointer); !count) return count;
    }
    return check_count(filter.numbers.size(), kNumbersMax, "/filter/numbers");
}

}  // namespace qr
