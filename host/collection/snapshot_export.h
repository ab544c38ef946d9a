// Writes a collection, as one view of the store holds it, into a new folder.
#pragma once

#include <cstdint>
#include <filesystem>

#include "host/base/error.h"
#include "host/collection/records.h"
#include "host/store/store.h"

namespace qr {

struct ExportOptions {
    // Of vectors in a part, which is in memory while it is written.
    std::size_t part_bytes = std::size_t{64} << 20;
    WallSeconds now = 0;  // what has expired by then is left out
};

// Errors: `conflict`, the folder exists; `unavailable`, the disk.
Result<void> export_collection(const StoreView& view, const CollectionRecord& record,
                               const std::filesystem::path& folder, const ExportOptions& options);

}  // namespace qr
