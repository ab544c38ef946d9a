// Another operator's key for an encrypted store: its data keys wrapped anew, no value touched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "host/base/error.h"

namespace qr {

// begin_new: values are sealed with another data key from now on; those that are there keep theirs
// until they are written again.
enum class DataKey : std::uint8_t { keep, begin_new };

// While no server has the store open. When it returns, the old key opens nothing any more, not
// even from what is left on the disk's files; how many data keys were wrapped. Where it broke off
// behind the new record, which its message says, it can be called again with the new key as both.
// Errors: `invalid` (a key file, the old key, no encrypted store there, a store of another user's,
// whose server could not write what this leaves), `conflict` (the store is open), `unavailable`
// (the disk).
Result<std::size_t> rewrap_keys(const std::filesystem::path& folder,
                                const std::filesystem::path& old_key_file,
                                const std::filesystem::path& new_key_file, DataKey data_key);

}  // namespace qr
