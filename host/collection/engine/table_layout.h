// What every engine says of a layout before it makes a table, and of memory that is not there.
#pragma once

#include <cstddef>

#include "host/base/error.h"
#include "host/collection/engine/collection_engine.h"

namespace qr {

// Errors: `invalid` with the field, "dimension" or "storage".
Result<void> check_layout(const TableLayout& layout);

// That `bytes` more would pass the engine's limit, of which `taken` are in use; limit 0: the
// machine has no more.
Error no_table_memory(std::size_t bytes, std::size_t taken, std::size_t limit);

}  // namespace qr
