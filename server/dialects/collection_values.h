// The values that several requests of collections share: tags, names of numbers, lives, ids.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "host/collection/document.h"
#include "server/json/reader.h"

namespace qr::collections {

// A list of at most kTagsMax tags, each once however often it is named.
Result<std::vector<std::string>> read_tags(json::Reader& reader, json::Value& value,
                                           const json::Path& path);

// The name of a number, of a document or of a filter. Errors: `invalid`: its length.
Result<void> check_number_name(std::string_view name, std::size_t names_before,
                               const json::Path& path);

// How long a document lives.
Result<double> read_ttl(json::Reader& reader, json::Value& value, const json::Path& path);

// Ids, 1..ids_max of them.
Result<std::vector<std::string>> read_ids(json::Reader& reader, json::Value& value,
                                          const json::Path& path, std::size_t ids_max);

}  // namespace qr::collections
