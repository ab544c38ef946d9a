// Typed access to the JSON of a model's files; the first thing that does not fit is what is told.
//
// A getter whose value does not fit gives an empty one and leaves an Error that names the file, the
// JSON pointer, the found and the allowed; whoever reads goes on and looks at the error once.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "host/base/error.h"

namespace qr {

// The first Error of a file.
struct JsonFault {
    std::string file;  // as messages call it
    std::optional<Error> first;
};

class JsonFields {
  public:
    // All three outlive this and what at() gives.
    JsonFields(const nlohmann::json& value, std::string pointer, JsonFault& fault)
        : value_(value), pointer_(std::move(pointer)), fault_(fault) {}

    JsonFields at(std::string_view name) const;  // null where it is missing
    bool is_null() const;
    bool has(std::string_view name) const;

    std::string text() const;
    bool flag() const;
    std::uint64_t number(std::uint64_t least, std::uint64_t most) const;
    // Each element of an array, each member of an object by its name.
    void each(const std::function<void(const JsonFields&)>& take) const;
    void each_member(const std::function<void(const std::string&, const JsonFields&)>& take) const;
    std::size_t size() const;
    // The text, which must be `allowed`.
    void require(std::string_view allowed) const;
    void refuse(std::string_view allowed) const;
    void refuse(std::string_view found, std::string_view allowed) const;

  private:
    const nlohmann::json& value_;
    std::string pointer_;
    JsonFault& fault_;
};

// The whole file. Error: `invalid`, it is no JSON.
Result<nlohmann::json> parse_json(std::string_view bytes, std::string_view file);

}  // namespace qr
