// The one way in: a store of a folder, encrypted where a key file is named.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "host/base/error.h"
#include "host/store/store.h"

namespace qr {

// never: the operating system writes when it likes. A commit then survives the end of the process,
// not that of the machine; for data that can be ingested again.
enum class StoreSync : std::uint8_t { every_commit, never };

struct StoreOptions {
    std::filesystem::path folder;  // made where there is none
    StoreSync sync = StoreSync::every_commit;
    // Blocks of records, and indices of both shelves. Vectors are not kept here: collections have
    // them in memory already.
    std::size_t cache_bytes = std::size_t{64} << 20;
    // What was committed and is not yet in its place, of all shelves together; the log of it takes
    // four times that on the disk at most, and reading the log is part of every start.
    std::size_t write_buffer_bytes = std::size_t{64} << 20;
    std::optional<std::filesystem::path> key_file;  // none: values lie in the clear
};

// Errors: `conflict` (another process has the folder open), `internal` (a format of a later
// version; damage that hides all of it), `unavailable` (the disk), `invalid` (the key file).
Result<std::unique_ptr<Store>> open_store(const StoreOptions& options);

}  // namespace qr
