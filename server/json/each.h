// Every field of an object whatever its name, and every element of an array: for maps and lists
// that the client fills as it likes.
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>
#include <utility>

#include "server/json/reader.h"

namespace qr::json {

// Gives each to `read`, until one is refused. A name may come twice.
template <std::invocable<std::string_view, Value&, const Path&> Read>
Result<void> each_field(Reader& reader, Object object, const Path& path, Read read) {
    for (auto entry : object) {
        simdjson::ondemand::field field;
        if (const auto code = std::move(entry).get(field)) return reader.malformed(code);
        std::string_view name;
        if (const auto code = field.unescaped_key().get(name)) return reader.malformed(code);
        Value value = field.value();
        if (Result<void> done = read(name, value, Path(path, name)); !done) return done;
    }
    return {};
}

template <std::invocable<Value&, const Path&> Read>
Result<void> each_element(Reader& reader, Array array, const Path& path, Read read) {
    std::size_t index = 0;
    for (auto element : array) {
        Value value;
        if (const auto code = std::move(element).get(value)) return reader.malformed(code);
        if (Result<void> done = read(value, Path(path, index++)); !done) return done;
    }
    return {};
}

}  // namespace qr::json
