#include "server/dialects/collection_filter.h"

#include <array>
#include <string>
#include <utility>

#include "server/dialects/collection_values.h"
#include "server/json/each.h"
#include "server/json/fields.h"

namespace qr::collections {
namespace {

using json::UnknownFields;

enum FilterField : std::size_t { kTags, kNumbers };
constexpr std::array<std::string_view, 2> kFilterFields = {"tags", "numbers"};
enum TagField : std::size_t { kAll, kAny, kNone };
constexpr std::array<std::string_view, 3> kTagFields = {"all", "any", "none"};
enum RangeField : std::size_t { kGte, kGt, kLte, kLt };
constexpr std::array<std::string_view, 4> kRangeFields = {"gte", "gt", "lte", "lt"};

// The fields of an object; any other is refused.
template <typename Read>
Result<void> read_fields(json::Reader& reader, json::Value& value, const json::Path& path,
                         std::span<const std::string_view> known, std::string_view allowed,
                         Read read) {
    auto object = reader.object(value, path, allowed);
    if (!object) return object.error();
    json::Warnings none(0);
    json::Fields fields(reader, *object, path, known, none, UnknownFields::refused);
    return fields.each(read);
}

Result<void> read_tag_conditions(json::Reader& reader, json::Value& value, const json::Path& path,
                                 Filter& filter) {
    return read_fields(
        reader, value, path, kTagFields, "an object with all, any or none",
        [&](std::size_t field, json::Value& list, const json::Path& here) -> Result<void> {
            auto tags = read_tags(reader, list, here);
            if (!tags) return tags.error();
            if (field == kAny && tags->empty()) {
                return json::invalid_at(here, "no tags", "at least one: nothing has one of none");
            }
            (field == kAll   ? filter.all_tags
             : field == kAny ? filter.any_tags
                             : filter.no_tags) = *std::move(tags);
            return {};
        });
}

Result<void> set_bound(NumberRange& range, std::size_t field, double bound,
                       const json::Path& path) {
    const bool is_lower = field == kGte || field == kGt;
    std::optional<double>& end = is_lower ? range.lowest : range.highest;
    if (end) {
        return json::invalid_at(path, "a second bound on this side",
                                is_lower ? "gte or gt" : "lte or lt");
    }
    end = bound;
    (is_lower ? range.is_lowest_exclusive : range.is_highest_exclusive) =
        field == kGt || field == kLt;
    return {};
}

Result<NumberRange> read_range(json::Reader& reader, json::Value& value, const json::Path& path) {
    NumberRange range;
    const auto read = read_fields(
        reader, value, path, kRangeFields, "an object with gte, gt, lte or lt",
        [&](std::size_t field, json::Value& number, const json::Path& here) -> Result<void> {
            const auto bound = reader.number(number, here, "a finite number");
            if (!bound) return bound.error();
            return set_bound(range, field, *bound, here);
        });
    if (!read) return read.error();
    if (range.lowest || range.highest) return range;
    return json::invalid_at(path, "no bound", "gte, gt, lte or lt");
}

Result<void> read_number_conditions(json::Reader& reader, json::Value& value,
                                    const json::Path& path, Filter& filter) {
    auto object = reader.object(value, path, "an object of ranges by the number's name");
    if (!object) return object.error();
    return json::each_field(
        reader, *object, path,
        [&](std::string_view name, json::Value& found, const json::Path& here) -> Result<void> {
            const auto checked = check_number_name(name, filter.numbers.size(), here);
            if (!checked) return checked;
            auto range = read_range(reader, found, here);
            if (!range) return range.error();
            if (filter.numbers.emplace(name, *range).second) return {};
            return json::invalid_at(here, "the name a second time", "once");
        });
}

}  // namespace

Result<Filter> read_filter(json::Reader& reader, json::Value& value, const json::Path& path) {
    Filter filter;
    const auto read = read_fields(
        reader, value, path, kFilterFields, "an object with tags or numbers",
        [&](std::size_t field, json::Value& conditions, const json::Path& here) {
            return field == kTags ? read_tag_conditions(reader, conditions, here, filter)
                                  : read_number_conditions(reader, conditions, here, filter);
        });
    if (!read) return read.error();
    return filter;
}

}  // namespace qr::collections
