#include "host/store/batch_check.h"

#include <string>

#include "host/store/key_text.h"

namespace qr {
namespace {

Error out_of_bounds(std::size_t write, std::string what, std::size_t found, std::string allowed) {
    const std::string bytes = std::to_string(found) + " bytes";
    return {.code = Code::internal,
            .message = "write " + std::to_string(write) + " of a batch: its " + std::move(what) +
                       " has " + bytes + ", allowed: " + allowed,
            .found = bytes,
            .allowed = std::move(allowed)};
}

}  // namespace

std::string_view to_string(Shelf shelf) {
    switch (shelf) {
        case Shelf::records:
            return "records";
        case Shelf::vectors:
            return "vectors";
        case Shelf::own:
            return "own";
    }
    return "unknown";
}

KeyRange keys_with(std::string_view prefix) {
    return {std::string(prefix), behind_prefix(prefix)};
}

Result<void> check_batch(const StoreBatch& batch, std::size_t value_bytes_max) {
    for (std::size_t i = 0; i < batch.writes.size(); ++i) {
        const StoreWrite& write = batch.writes[i];
        if (write.key.empty() || write.key.size() > kStoreKeyBytesMax) {
            return out_of_bounds(i, "key", write.key.size(),
                                 "1 to " + std::to_string(kStoreKeyBytesMax));
        }
        if (write.value && write.value->size() > value_bytes_max) {
            return out_of_bounds(i, "value", write.value->size(),
                                 "0 to " + std::to_string(value_bytes_max));
        }
    }
    return {};
}

}  // namespace qr
