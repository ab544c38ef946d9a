// Values of settings: from what a layer gave to the typed member, and back to a TOML literal.
#include <array>
#include <charconv>
#include <limits>
#include <type_traits>
#include <utility>

#include "host/base/narrow.h"
#include "server/config/setting.h"

namespace qr::config {
namespace {

using Shape = GivenValue::Shape;

constexpr std::size_t kShownMax = 64;  // characters of a found value that an error repeats

struct ByteSuffix {
    std::string_view text;
    unsigned shift;
};
constexpr std::array kByteSuffixes = {ByteSuffix{"GiB", 30}, ByteSuffix{"MiB", 20},
                                      ByteSuffix{"KiB", 10}, ByteSuffix{"B", 0}};

template <class M>
inline constexpr bool kIsNumber =
    std::is_same_v<M, std::uint16_t Config::*> || std::is_same_v<M, std::size_t Config::*> ||
    std::is_same_v<M, std::chrono::milliseconds Config::*>;

std::string found(const Setting& setting, const GivenValue& value) {
    if (value.shape == Shape::other) return value.text;
    if (setting.secrecy == Secrecy::secret) return "a value that is not shown";
    if (value.shape == Shape::integer) return value.text;
    if (value.shape != Shape::list) return in_quotes(value.text);
    std::string shown;
    for (const std::string& item : value.items)
        shown += (shown.empty() ? "[" : ", ") + in_quotes(item);
    return shown.size() > 4 * kShownMax ? shown.substr(0, 4 * kShownMax) + "...]" : shown + "]";
}

std::optional<std::uint64_t> parse_number(std::string_view text, Unit unit) {
    std::uint64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc()) return std::nullopt;
    const std::string_view suffix(end, text.data() + text.size());
    if (suffix.empty()) return number;
    if (unit != Unit::bytes) return std::nullopt;
    for (const auto& [word, shift] : kByteSuffixes) {
        if (suffix != word) continue;
        if (number > (std::numeric_limits<std::uint64_t>::max() >> shift)) return std::nullopt;
        return number << shift;
    }
    return std::nullopt;
}

bool is_text(const GivenValue& value) {
    return value.shape == Shape::bare || value.shape == Shape::string;
}

bool assign_number(const Setting& setting, const GivenValue& value, auto& member) {
    const bool is_number_shape = value.shape == Shape::bare || value.shape == Shape::integer ||
                                 (value.shape == Shape::string && setting.unit == Unit::bytes);
    if (!is_number_shape) return false;
    const auto number = parse_number(value.text, setting.unit);
    if (!number || *number < setting.lowest || *number > setting.highest) return false;
    using T = std::remove_reference_t<decltype(member)>;
    if constexpr (std::is_integral_v<T>) {
        member = narrow<T>(*number);
    } else {
        member = T(narrow<std::int64_t>(*number));
    }
    return true;
}

bool assign_text(const Setting& setting, const GivenValue& value, std::string& member) {
    if (!is_text(value) || !setting.is_allowed(value.text)) return false;
    member = value.text;
    return true;
}

bool assign_level(const GivenValue& value, LogLevel& member) {
    if (!is_text(value)) return false;
    for (std::size_t i = 0; i < kLogLevelNames.size(); ++i) {
        if (kLogLevelNames[i] != value.text) continue;
        member = static_cast<LogLevel>(i);
        return true;
    }
    return false;
}

// Splits at commas; an empty text is an empty list, so that an unset variable of a compose file
// means none.
std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> items;
    while (!text.empty() && items.size() <= kListItemsMax) {
        const std::size_t comma = text.find(',');
        std::string_view item = text.substr(0, comma);
        while (item.starts_with(' '))
            item.remove_prefix(1);
        while (item.ends_with(' '))
            item.remove_suffix(1);
        items.emplace_back(item);
        text = comma == std::string_view::npos ? "" : text.substr(comma + 1);
    }
    return items;
}

bool assign_list(const Setting& setting, const GivenValue& value,
                 std::vector<std::string>& member) {
    if (!is_text(value) && value.shape != Shape::list) return false;
    std::vector<std::string> items = is_text(value) ? split(value.text) : value.items;
    if (items.size() > kListItemsMax) return false;
    for (const std::string& item : items) {
        if (!setting.is_allowed(item)) return false;
    }
    member = std::move(items);
    return true;
}

std::string print_number(std::uint64_t number, Unit unit) {
    if (unit == Unit::bytes && number != 0) {
        for (const auto& [word, shift] : kByteSuffixes) {
            const bool is_whole = (number & ((std::uint64_t{1} << shift) - 1)) == 0;
            if (shift != 0 && is_whole)
                return '"' + std::to_string(number >> shift) + std::string(word) + '"';
        }
    }
    return std::to_string(number);
}

// The table admits visible ASCII and spaces alone, so two escapes are all a literal needs.
std::string print_text(std::string_view text) {
    std::string literal = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') literal += '\\';
        literal += c;
    }
    return literal + '"';
}

std::string print_list(const Setting& setting, const std::vector<std::string>& items) {
    std::string literal = "[";
    for (const std::string& item : items) {
        if (literal.size() > 1) literal += ", ";
        literal += print_text(setting.secrecy == Secrecy::secret ? kSecretMask : item);
    }
    return literal + ']';
}

std::string print_range(const Setting& setting) {
    const std::string lowest = print_number(setting.lowest, setting.unit);
    const std::string highest = print_number(setting.highest, setting.unit);
    std::string range = lowest + ".." + highest;
    std::erase(range, '"');
    return setting.unit == Unit::bytes ? range + " (bytes, or with KiB, MiB, GiB)" : range;
}

}  // namespace

std::string in_quotes(std::string_view text) {
    std::string shown = "'";
    for (const char c : text.substr(0, kShownMax))
        shown += c >= ' ' && c < 0x7f ? c : '?';
    return shown + (text.size() > kShownMax ? "...'" : "'");
}

std::string allowed_values(const Setting& setting) {
    return std::visit(
        [&](auto member) {
            using M = decltype(member);
            if constexpr (kIsNumber<M>) {
                return print_range(setting);
            } else if constexpr (std::is_same_v<M, std::vector<std::string> Config::*>) {
                return "up to " + std::to_string(kListItemsMax) +
                       ", comma separated or a list: " + std::string(setting.allowed);
            } else {
                return std::string(setting.allowed);
            }
        },
        setting.member);
}

std::string print_value(const Setting& setting, const Config& config) {
    return std::visit(
        [&](auto member) {
            const auto& value = config.*member;
            using M = decltype(member);
            if constexpr (std::is_same_v<M, std::string Config::*>) {
                return print_text(value);
            } else if constexpr (std::is_same_v<M, std::vector<std::string> Config::*>) {
                return print_list(setting, value);
            } else if constexpr (std::is_same_v<M, LogLevel Config::*>) {
                return print_text(to_string(value));
            } else if constexpr (std::is_same_v<M, std::chrono::milliseconds Config::*>) {
                return std::to_string(value.count());
            } else {
                return print_number(value, setting.unit);
            }
        },
        setting.member);
}

std::optional<std::string> assign(const Setting& setting, const GivenValue& value, Config& config) {
    const bool is_assigned = std::visit(
        [&](auto member) {
            auto& target = config.*member;
            using M = decltype(member);
            if constexpr (kIsNumber<M>) {
                return assign_number(setting, value, target);
            } else if constexpr (std::is_same_v<M, std::string Config::*>) {
                return assign_text(setting, value, target);
            } else if constexpr (std::is_same_v<M, LogLevel Config::*>) {
                return assign_level(value, target);
            } else {
                return assign_list(setting, value, target);
            }
        },
        setting.member);
    if (is_assigned) return std::nullopt;
    return found(setting, value);
}

}  // namespace qr::config
