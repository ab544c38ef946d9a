#include "host/store/rewrap_keys.h"

#include <string>
#include <system_error>

#include "host/store/key_ring.h"
#include "host/store/rocksdb_store.h"
#include "host/store/sealed_store.h"

namespace qr {

Result<void> rewrap_keys(const std::filesystem::path& folder,
                         const std::filesystem::path& old_key_file,
                         const std::filesystem::path& new_key_file, DataKey data_key) {
    const auto old_key = read_key_file(old_key_file);
    if (!old_key) return old_key.error();
    const auto new_key = read_key_file(new_key_file);
    if (!new_key) return new_key.error();
    const Error not_sealed{.code = Code::invalid,
                           .message = folder.string() + ": there is no encrypted store"};
    std::error_code ignored;
    if (!std::filesystem::exists(folder / "FORMAT", ignored)) return not_sealed;
    const auto store = RocksDbStore::open({.folder = folder});
    if (!store) return store.error();
    const auto record = (*store)->view()->get(Shelf::own, kKeysRecord);
    if (!record) return record.error();
    if (!*record) return not_sealed;
    auto keys = KeyRing::unwrap(**record, *old_key);
    if (!keys) return keys.error();
    if (data_key == DataKey::begin_new) keys->begin_key();
    auto written =
        (*store)->commit({{{Shelf::own, std::string(kKeysRecord), keys->wrap(*new_key)}}});
    if (!written) return written;
    return (*store)->compact(Shelf::own, "");
}

}  // namespace qr
