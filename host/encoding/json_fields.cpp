#include "host/encoding/json_fields.h"

#include <nlohmann/json.hpp>

#include "host/base/misfit.h"

namespace qr {
namespace {

constexpr std::size_t kFoundCharsMax = 40;

const nlohmann::json& null_value() {
    static const nlohmann::json null;
    return null;
}

std::string describe(const nlohmann::json& value) {
    if (value.is_array()) return "an array of " + std::to_string(value.size());
    if (value.is_object()) return "an object";
    if (value.is_null()) return "nothing";
    const std::string text = value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
    return text.size() <= kFoundCharsMax ? text : text.substr(0, kFoundCharsMax) + "...";
}

}  // namespace

JsonFields JsonFields::at(std::string_view name) const {
    const std::string pointer = pointer_ + "/" + std::string(name);
    const auto found = value_.is_object() ? value_.find(name) : value_.end();
    return {found == value_.end() ? null_value() : *found, pointer, fault_};
}

bool JsonFields::is_null() const {
    return value_.is_null();
}

bool JsonFields::has(std::string_view name) const {
    return !at(name).is_null();
}

std::string JsonFields::text() const {
    if (value_.is_string()) return value_.get<std::string>();
    refuse("a text");
    return {};
}

bool JsonFields::flag() const {
    if (value_.is_boolean()) return value_.get<bool>();
    refuse("true or false");
    return false;
}

std::uint64_t JsonFields::number(std::uint64_t least, std::uint64_t most) const {
    if (value_.is_number_unsigned()) {
        const auto found = value_.get<std::uint64_t>();
        if (found >= least && found <= most) return found;
    }
    refuse("a whole number of " + std::to_string(least) + " to " + std::to_string(most));
    return least;
}

void JsonFields::each(const std::function<void(const JsonFields&)>& take) const {
    if (!value_.is_array()) return refuse("an array");
    for (std::size_t i = 0; i < value_.size(); ++i)
        take({value_[i], pointer_ + "/" + std::to_string(i), fault_});
}

void JsonFields::each_member(
    const std::function<void(const std::string&, const JsonFields&)>& take) const {
    if (!value_.is_object()) return refuse("an object");
    for (const auto& [name, value] : value_.items())
        take(name, {value, pointer_ + "/" + name, fault_});
}

std::size_t JsonFields::size() const {
    return value_.size();
}

void JsonFields::require(std::string_view allowed) const {
    if (!value_.is_string() || value_.get_ref<const std::string&>() != allowed)
        refuse("'" + std::string(allowed) + "'");
}

void JsonFields::refuse(std::string_view allowed) const {
    refuse(describe(value_), allowed);
}

void JsonFields::refuse(std::string_view found, std::string_view allowed) const {
    if (fault_.first.has_value()) return;
    fault_.first = misfit_error(Code::invalid, fault_.file + ": " + pointer_, std::string(found),
                                std::string(allowed));
    fault_.first->pointer = pointer_;
}

Result<nlohmann::json> parse_json(std::string_view bytes, std::string_view file) {
    nlohmann::json parsed = nlohmann::json::parse(bytes, nullptr, false);
    if (!parsed.is_discarded()) return parsed;
    return Error{.code = Code::invalid,
                 .message = std::string(file) + ": found " + std::to_string(bytes.size()) +
                            " bytes that are no JSON, allowed: JSON in UTF-8",
                 .allowed = "JSON in UTF-8"};
}

}  // namespace qr
