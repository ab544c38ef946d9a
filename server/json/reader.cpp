#include "server/json/reader.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>

#include "host/base/buffer.h"
#include "host/base/check.h"
#include "host/base/misfit.h"
#include "host/base/utf8.h"
#include "server/json/numbers.h"

namespace qr::json {
namespace {

static_assert(Buffer::kPadding >= simdjson::SIMDJSON_PADDING);

struct ThreadParser {
    std::unique_ptr<simdjson::ondemand::parser> parser;
    bool is_lent = false;
};

ThreadParser& thread_parser() {
    thread_local ThreadParser parser;
    return parser;
}

std::string_view reason(simdjson::error_code code) {
    switch (code) {
        case simdjson::EMPTY:
            return "nothing but white space";
        case simdjson::UTF8_ERROR:
            return "a byte that is not UTF-8";
        case simdjson::UNESCAPED_CHARS:
            return "a control character in a string";
        case simdjson::UNCLOSED_STRING:
            return "a string that is not closed";
        case simdjson::STRING_ERROR:
            return "a wrong escape in a string";
        case simdjson::NUMBER_ERROR:
            return "a number that is not written as JSON writes it";
        case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
            return "a body that does not end where its brackets do";
        case simdjson::TRAILING_CONTENT:
            return "more behind the end of the document";
        default:
            return "no value, key, comma, colon or bracket where one belongs";
    }
}

// The first pass over a document, which finds strings and brackets, does not say where.
bool has_position(simdjson::error_code code) {
    return code != simdjson::EMPTY && code != simdjson::UNCLOSED_STRING &&
           code != simdjson::UNESCAPED_CHARS && code != simdjson::INCOMPLETE_ARRAY_OR_OBJECT;
}

std::string_view name_of(Type type) {
    switch (type) {
        case Type::array:
            return "an array";
        case Type::object:
            return "an object";
        case Type::number:
            return "a number";
        case Type::string:
            return "a string";
        case Type::boolean:
            return "a boolean";
        case Type::null:
            return "null";
    }
    return "nothing";
}

constexpr std::string_view kWhiteSpace = " \t\r\n";

std::string_view trim(std::string_view token) {
    const std::size_t last = token.find_last_not_of(kWhiteSpace);
    return token.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

bool is_literal(std::string_view written) {
    return written == "true" || written == "false" || written == "null";
}

// Infinite when the value is no number or beyond float32.
float long_float(Value& value) {
    double number = 0;
    if (value.get_double().get(number)) return std::numeric_limits<float>::infinity();
    return static_cast<float>(number);
}

}  // namespace

Reader::Reader(std::string_view text) : text_(text) {
    ThreadParser& mine = thread_parser();
    QR_CHECK(!mine.is_lent);
    mine.is_lent = true;
    if (!mine.parser) mine.parser = std::make_unique<simdjson::ondemand::parser>();
}

Reader::~Reader() {
    ThreadParser& mine = thread_parser();
    mine.is_lent = false;
    if (mine.parser->capacity() > kKeptTextBytes) mine.parser.reset();
}

Result<void> Reader::open() {
    if (is_open_) return {};
    if (text_.empty()) return malformed(simdjson::EMPTY, text_.data());
    const simdjson::padded_string_view padded(text_.data(), text_.size(),
                                              text_.size() + Buffer::kPadding);
    auto& parser = *thread_parser().parser;
    if (const auto code = parser.iterate(padded).get(document_)) {
        const std::size_t valid = code == simdjson::UTF8_ERROR ? valid_utf8_prefix(text_) : 0;
        return malformed(code, text_.data() + valid);
    }
    Type found{};
    if (const auto code = document_.type().get(found)) return malformed(code);
    if (found != Type::object) return no_object(found);
    is_open_ = true;
    return {};
}

// Leaves the document as if nobody had looked; one that broke on the way is begun anew.
std::size_t Reader::first_of(std::span<const std::string_view> names) {
    const std::size_t none = names.size();
    if (!open().ok()) return none;
    is_open_ = false;
    Object object;
    if (document_.get_object().get(object)) return none;
    for (auto field : object) {
        std::string_view name;
        Value value;
        if (field.unescaped_key().get(name) || field.value().get(value)) return none;
        const auto at = std::find(names.begin(), names.end(), name);
        if (at == names.end() || is_null(value)) continue;
        document_.rewind();
        is_open_ = true;
        return static_cast<std::size_t>(at - names.begin());
    }
    return none;
}

Result<Object> Reader::root() {
    if (auto opened = open(); !opened.ok()) return opened.error();
    Object object;
    if (const auto code = document_.get_object().get(object)) return malformed(code);
    return object;
}

Error Reader::no_object(Type found) {
    const std::string_view written = trim(text_.substr(text_.find_first_not_of(kWhiteSpace)));
    const bool is_container = found == Type::array || found == Type::string;
    if (is_container || is_number(written) || is_literal(written)) {
        return invalid_at(Path(), std::string(name_of(found)), "an object");
    }
    return malformed(simdjson::TAPE_ERROR, written.data());
}

Result<void> Reader::finish() {
    const char* at = nullptr;
    if (document_.current_location().get(at) == simdjson::OUT_OF_BOUNDS) return {};
    return malformed(simdjson::TRAILING_CONTENT, at);
}

Result<Type> Reader::type(Value& value) {
    Type found{};
    if (const auto code = value.type().get(found)) {
        return malformed(code, value.raw_json_token().data());
    }
    return found;
}

// On-Demand's token runs up to the next one, white space included.
std::string_view Reader::written_as(Value& value) {
    return trim(value.raw_json_token());
}

bool Reader::is_null(Value& value) {
    return written_as(value) == "null";
}

Result<Object> Reader::object(Value& value, const Path& path, std::string_view allowed) {
    Object found;
    const auto code = value.get_object().get(found);
    if (code == simdjson::INCORRECT_TYPE) return wrong_type(value, path, allowed);
    if (code) return malformed(code);
    return found;
}

Result<Array> Reader::array(Value& value, const Path& path, std::string_view allowed) {
    Array found;
    const auto code = value.get_array().get(found);
    if (code == simdjson::INCORRECT_TYPE) return wrong_type(value, path, allowed);
    if (code) return malformed(code);
    return found;
}

Result<std::optional<Type>> Reader::element_type(Array& array) {
    std::optional<Type> found;
    for (auto element : array) {
        Value value;
        if (const auto code = std::move(element).get(value)) return malformed(code);
        const auto first = type(value);
        if (!first) return first.error();
        found = *first;
        break;
    }
    if (const auto code = array.reset().error()) return malformed(code);
    return found;
}

Result<std::string_view> Reader::string(Value& value, const Path& path, std::string_view allowed) {
    const std::string_view written = written_as(value);
    if (!written.starts_with('"')) return wrong_type(value, path, allowed);
    if (written.size() < 2 || !written.ends_with('"')) {
        return malformed(simdjson::TAPE_ERROR, written.data());
    }
    // Without an escape the string is what it looks like; the parser has checked its UTF-8. It has
    // to be stepped over: On-Demand would skip it together with a colon that does not belong there.
    if (written.find('\\') == std::string_view::npos) {
        if (const auto code = value.get_raw_json_string().error()) return malformed(code);
        return written.substr(1, written.size() - 2);
    }
    std::string_view unescaped;
    if (const auto code = value.get_string().get(unescaped)) return malformed(code, written.data());
    return unescaped;
}

Result<bool> Reader::boolean(Value& value, const Path& path) {
    const std::string_view written = written_as(value);
    if (written == "true") return true;
    if (written == "false") return false;
    return wrong_type(value, path, "true or false");
}

Result<std::size_t> Reader::floats(Array& array, const Path& path, std::span<float> out) {
    std::size_t count = 0;
    std::size_t read_ahead = 0;  // the first so many are in `out` already
    for (auto element : array) {
        Value value;
        if (const auto code = std::move(element).get(value)) return malformed(code);
        if (count >= read_ahead && count < out.size()) {
            const char* const text = value.raw_json_token().data();
            const QuickRun run = quick_floats(text, out.subspan(count));
            read_ahead = count + run.count;
            if (run.ends_array) {
                if (const auto code = array.raw_json().error()) return malformed(code);
                return read_ahead;
            }
        }
        if (count < read_ahead) {
            ++count;  // On-Demand steps over it, and sees that a ',' or ']' follows
            continue;
        }
        QuickFloat number = quick_float(value.raw_json_token().data());
        if (!number.is_known) number.value = long_float(value);
        if (!std::isfinite(number.value)) return not_a_float(value, Path(path, count));
        if (count < out.size()) out[count] = number.value;
        ++count;
    }
    return count;
}

Error Reader::not_a_float(Value& value, const Path& path) {
    const std::string_view written = written_as(value);
    if (!is_number(written)) return wrong_type(value, path, "a number");
    return invalid_at(path, excerpt(written),
                      "a number within float32, -3.4028235e38..3.4028235e38");
}

Result<void> Reader::skip(Value& value, const Path& path) {
    return skip_nested(value, path, 0);
}

Result<void> Reader::skip_nested(Value& value, const Path& path, int depth) {
    if (depth == kDepthMax) {
        return invalid_at(path, "more levels of nesting", std::to_string(kDepthMax) + " levels");
    }
    const auto found = type(value);
    if (!found) return found.error();
    if (*found == Type::object) return skip_object(value, path, depth);
    if (*found == Type::array) return skip_array(value, path, depth);
    return check_scalar(value, *found);
}

Result<void> Reader::skip_object(Value& value, const Path& path, int depth) {
    Object object;
    if (const auto code = value.get_object().get(object)) return malformed(code);
    for (auto entry : object) {
        simdjson::ondemand::field field;
        if (const auto code = std::move(entry).get(field)) return malformed(code);
        std::string_view name;
        if (const auto code = field.unescaped_key().get(name)) return malformed(code);
        auto skipped = skip_nested(field.value(), Path(path, name), depth + 1);
        if (!skipped) return skipped;
    }
    return {};
}

Result<void> Reader::skip_array(Value& value, const Path& path, int depth) {
    Array array;
    if (const auto code = value.get_array().get(array)) return malformed(code);
    std::size_t index = 0;
    for (auto element : array) {
        Value nested;
        if (const auto code = std::move(element).get(nested)) return malformed(code);
        auto skipped = skip_nested(nested, Path(path, index++), depth + 1);
        if (!skipped) return skipped;
    }
    return {};
}

Result<void> Reader::check_scalar(Value& value, Type found) {
    const std::string_view written = written_as(value);
    if (found == Type::string) {
        if (const auto text = string(value, Path(), ""); !text) return text.error();
        return {};
    }
    if (found == Type::number) {
        if (is_number(written)) return {};
        return malformed(simdjson::NUMBER_ERROR, written.data());
    }
    if (is_literal(written)) return {};
    return malformed(simdjson::TAPE_ERROR, written.data());
}

Error Reader::wrong_type(Value& value, const Path& path, std::string_view allowed) {
    const auto found = type(value);
    if (!found) return found.error();
    if (*found != Type::object && *found != Type::array) {
        if (const auto checked = check_scalar(value, *found); !checked) return checked.error();
    }
    return invalid_at(path, std::string(name_of(*found)), std::string(allowed));
}

Error Reader::malformed(simdjson::error_code code) {
    const char* next = nullptr;  // On-Demand has stepped over what it refuses
    if (document_.current_location().get(next)) next = text_.data() + text_.size();
    return malformed(code, next, "before");
}

Error Reader::malformed(simdjson::error_code code, const char* at, std::string_view preposition) {
    if (code == simdjson::MEMALLOC) {
        return {.code = Code::out_of_memory, .message = "body: no memory left to parse it"};
    }
    if (code == simdjson::CAPACITY) {
        return {.code = Code::too_large, .message = "body: too large for the JSON parser"};
    }
    Error error{.code = Code::malformed, .found = std::string(reason(code)), .allowed = "JSON"};
    std::string found = error.found;
    if (has_position(code)) {
        found += ' ' + std::string(preposition) + " byte " + std::to_string(at - text_.data());
    }
    error.message = misfit_text("body", found, error.allowed);
    return error;
}

}  // namespace qr::json
