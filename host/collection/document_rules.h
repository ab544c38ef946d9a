// What names, documents and filters may be: limits and UTF-8, told with a JSON pointer.
#pragma once

#include <cstddef>
#include <string_view>

#include "host/base/error.h"
#include "host/collection/collection.h"
#include "host/collection/document.h"

namespace qr {

// `invalid` with the pointer "/name".
Result<void> check_collection_name(std::string_view name);
// Time to live and encoder; the layout is the engine's business.
Result<void> check_settings(const CollectionSettings& settings);
// `invalid` with a pointer below "/<index>".
Result<void> check_document(const Document& document, std::size_t index);
// `invalid` with a pointer below "/filter".
Result<void> check_filter(const Filter& filter);

}  // namespace qr
