#include "server/config/toml_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace qr::config {
namespace {

using Shape = GivenValue::Shape;

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

}  // namespace

Result<std::vector<TomlEntry>> parse_toml(std::string_view text) {
    const toml::parse_result parsed = toml::parse(text);
    if (parsed.failed()) {
        const toml::parse_error& fault = parsed.error();
        return Error{.code = Code::malformed,
                     .message = std::to_string(fault.source().begin.line) + ": " +
                                std::string(fault.description())};
    }
    std::vector<TomlEntry> entries;
    for (const auto& [key, node] : parsed.table()) {
        entries.push_back({std::string(key.str()), key.source().begin.line, given(node)});
    }
    std::ranges::stable_sort(entries, {}, &TomlEntry::line);
    return entries;
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
