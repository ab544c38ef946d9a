// Which documents of a collection are meant, as requests say it.
//
// {"tags": {"all": [...], "any": [...], "none": [...]},
//  "numbers": {"year": {"gte": 2000, "lt": 2010}}}
//
// What is not known here is refused: a condition that is ignored lets through what it should not.
#pragma once

#include "host/collection/document.h"
#include "server/json/reader.h"

namespace qr::collections {

// Errors: `malformed`, `invalid` with its pointer.
Result<Filter> read_filter(json::Reader& reader, json::Value& value, const json::Path& path);

}  // namespace qr::collections
