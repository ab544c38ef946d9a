#include "host/store/rewrap_keys.h"

#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <system_error>
#include <utility>

#include "host/base/misfit.h"
#include "host/store/key_ring.h"
#include "host/store/rocksdb_store.h"
#include "host/store/sealed_store.h"

namespace qr {
namespace {

Error unfit(const std::filesystem::path& folder, std::string found, std::string allowed) {
    return misfit_error(Code::invalid, folder.string(), std::move(found), std::move(allowed));
}

Error at(const std::string& place, Error error) {
    error.message.insert(0, place + ": ");
    return error;
}

// Before the database is opened, which makes files at once.
Result<void> check_folder(const std::filesystem::path& folder) {
    struct stat status {};
    if (stat(folder.c_str(), &status) == 0 && status.st_uid != geteuid()) {
        return unfit(folder, "a folder of user " + std::to_string(status.st_uid),
                     "one of user " + std::to_string(geteuid()) +
                         ", who runs this; the server could not write what another user leaves");
    }
    std::error_code ignored;
    if (std::filesystem::exists(folder / "FORMAT", ignored)) return {};
    return unfit(folder, "no store", "the folder of an encrypted store");
}

Result<KeyRing> keys_of(const Store& store, const std::filesystem::path& folder,
                        const SecretKey& key, const std::filesystem::path& key_file) {
    const auto record = store.view()->get(Shelf::own, kKeysRecord);
    if (!record) return at(folder.string(), record.error());
    if (!*record) return unfit(folder, "a store that is not encrypted", "an encrypted one");
    auto keys = KeyRing::unwrap(**record, key);
    if (keys) return keys;
    return at(folder.string() + " with key file " + key_file.string(), keys.error());
}

}  // namespace

Result<std::size_t> rewrap_keys(const std::filesystem::path& folder,
                                const std::filesystem::path& old_key_file,
                                const std::filesystem::path& new_key_file, DataKey data_key) {
    const auto old_key = read_key_file(old_key_file);
    if (!old_key) return old_key.error();
    const auto new_key = read_key_file(new_key_file);
    if (!new_key) return new_key.error();
    if (auto checked = check_folder(folder); !checked) return checked.error();
    const auto store = RocksDbStore::open({.folder = folder});
    if (!store) return store.error();
    auto keys = keys_of(**store, folder, *old_key, old_key_file);
    if (!keys) return keys.error();
    if (data_key == DataKey::begin_new) {
        if (keys->is_full()) {
            return unfit(folder, std::to_string(keys->size()) + " data keys", "no more than those");
        }
        keys->begin_key();
    }
    auto written =
        (*store)->commit({{{Shelf::own, std::string(kKeysRecord), keys->wrap(*new_key)}}});
    if (!written) return at(folder.string(), written.error());
    if (auto compacted = (*store)->compact(Shelf::own, ""); !compacted) {
        Error error = at(folder.string(), compacted.error());
        error.message +=
            "; the new key holds already, but the record of the old one may still be "
            "on the disk: run this again with the new key as the present one";
        return error;
    }
    return keys->size();
}

}  // namespace qr
