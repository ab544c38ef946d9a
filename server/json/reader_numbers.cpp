// Numbers one by one: integers within a range, digits of any length, doubles.
#include <charconv>
#include <cmath>
#include <string>

#include "server/json/numbers.h"
#include "server/json/reader.h"

namespace qr::json {

Result<std::int64_t> Reader::integer(Value& value, const Path& path, IntegerRange range) {
    const std::string allowed =
        "an integer " + std::to_string(range.lowest) + ".." + std::to_string(range.highest);
    const std::string_view written = written_as(value);
    if (!is_number(written)) return wrong_type(value, path, allowed);
    std::int64_t number = 0;
    const char* end = written.data() + written.size();
    const auto [stopped, code] = std::from_chars(written.data(), end, number);
    if (code != std::errc() || stopped != end || number < range.lowest || number > range.highest) {
        return invalid_at(path, excerpt(written), allowed);
    }
    return number;
}

std::optional<std::string_view> Reader::integer_digits(Value& value) {
    const std::string_view written = written_as(value);
    if (!is_number(written)) return std::nullopt;
    if (written.find_first_of(".eE") != std::string_view::npos) return std::nullopt;
    return written;
}

Result<double> Reader::number(Value& value, const Path& path, std::string_view allowed) {
    const std::string_view written = written_as(value);
    if (!is_number(written)) return wrong_type(value, path, allowed);
    double found = 0;
    if (!value.get_double().get(found) && std::isfinite(found)) return found;
    return invalid_at(path, excerpt(written), std::string(allowed));
}

}  // namespace qr::json
