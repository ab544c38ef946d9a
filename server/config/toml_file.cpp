#include "server/config/toml_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

// toml++ 3.3 states in an assertion what its input can break ("[" before a line's end): with
// NDEBUG that would be undefined behaviour, without it an abort. Here it becomes an exception like
// those of its proper errors, and none of them leaves this file.
namespace {
struct TomlAssertion {};
[[noreturn]] void toml_assertion_failed() {
    throw TomlAssertion();
}
}  // namespace
#undef NDEBUG
#define TOML_ASSERT(condition) ((condition) ? static_cast<void>(0) : toml_assertion_failed())
#define TOML_EXCEPTIONS 1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace qr::config {
namespace {

using Shape = GivenValue::Shape;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

GivenValue list_of(const toml::array& array) {
    GivenValue value{.shape = Shape::list};
    for (const toml::node& item : array) {
        const toml::value<std::string>* text = item.as_string();
        if (text == nullptr) {
            return {.shape = Shape::other, .text = "a list with an item that is not a string"};
        }
        value.items.push_back(text->get());
    }
    return value;
}

std::string describe(const toml::node& node) {
    switch (node.type()) {
        case toml::node_type::table:
            return "a table";
        case toml::node_type::floating_point:
            return "a number with a fraction";
        case toml::node_type::boolean:
            return node.as_boolean()->get() ? "true" : "false";
        default:
            return "a date or time";
    }
}

GivenValue given(const toml::node& node) {
    if (const auto* text = node.as_string()) {
        return {.shape = Shape::string, .text = text->get()};
    }
    if (const auto* number = node.as_integer()) {
        return {.shape = Shape::integer, .text = std::to_string(number->get())};
    }
    if (const auto* array = node.as_array()) return list_of(*array);
    return {.shape = Shape::other, .text = describe(node)};
}

Error malformed(std::string message) {
    return {.code = Code::malformed, .message = std::move(message)};
}

// Settings are ASCII and comments may hold anything, but toml++ 3.3 runs into undefined behaviour
// on some other characters (U+FEC5 where a key may begin). So it is shown none: they are refused,
// or, behind a '#', blanked by tabs, which no setting takes should the '#' stand in a string.
Result<std::string> without_non_ascii(std::string_view text) {
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    std::string ascii(text);
    std::size_t line = 1;
    bool is_behind_hash = false;
    for (char& c : ascii) {
        if (c == '\n') ++line;
        is_behind_hash = c != '\n' && (is_behind_hash || c == '#');
        if (static_cast<unsigned char>(c) < 0x80) continue;
        if (!is_behind_hash) {
            return malformed(":" + std::to_string(line) +
                             ": found a character that is not ASCII, allowed: such characters in "
                             "comments only");
        }
        c = '\t';
    }
    return ascii;
}

std::vector<TomlEntry> entries_of(const toml::table& table) {
    std::vector<TomlEntry> entries;
    for (const auto& [key, node] : table)
        entries.push_back({std::string(key.str()), key.source().begin.line, given(node)});
    std::ranges::stable_sort(entries, {}, &TomlEntry::line);
    return entries;
}

}  // namespace

Result<std::vector<TomlEntry>> parse_toml(std::string_view text) {
    const Result<std::string> ascii = without_non_ascii(text);
    if (!ascii) return ascii.error();
    try {
        return entries_of(toml::parse(*ascii));
    } catch (const toml::parse_error& fault) {
        return malformed(":" + std::to_string(fault.source().begin.line) + ": " +
                         std::string(fault.description()));
    } catch (const TomlAssertion&) {
        return malformed(": found a key or table header that is cut short");
    }
}

Result<std::string> read_config_file(const std::string& path) {
    const auto failed = [](Code code, std::string message) {
        return Error{.code = code, .message = std::move(message)};
    };
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    std::string text(kConfigFileBytesMax + 1, '\0');
    if (!file || !file.read(text.data(), static_cast<std::streamsize>(text.size())).eof()) {
        if (file.gcount() == static_cast<std::streamsize>(text.size())) {
            return failed(Code::too_large, "found more than " +
                                               std::to_string(kConfigFileBytesMax) +
                                               " bytes, allowed: a file of up to 1 MiB");
        }
        return failed(Code::not_found, std::string("cannot be read: ") + std::strerror(errno));
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

}  // namespace qr::config
