// The bounds that every store holds its callers to, checked before anything is written.
#pragma once

#include <cstddef>

#include "host/base/error.h"
#include "host/store/store.h"

namespace qr {

// What a store that decorates another may add to a value, beyond kStoreValueBytesMax.
inline constexpr std::size_t kStoreSealBytesMax = 64;

// Errors: `internal`, naming the write, the found and the allowed.
Result<void> check_batch(const StoreBatch& batch, std::size_t value_bytes_max);

}  // namespace qr
