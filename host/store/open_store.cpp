#include "host/store/open_store.h"

#include <utility>

#include "host/store/rocksdb_store.h"
#include "host/store/sealed_store.h"
#include "host/store/secret_key.h"

namespace qr {
namespace {

Result<std::unique_ptr<Store>> in_the_clear(std::unique_ptr<Store> store,
                                            const std::filesystem::path& folder) {
    const auto record = store->view()->get(Shelf::own, kKeysRecord);
    if (!record) {
        Error error = record.error();
        error.message.insert(0, folder.string() + ": ");
        return error;
    }
    if (!*record) return store;
    return Error{.code = Code::invalid,
                 .message = folder.string() + ": the store is encrypted, found no key file",
                 .found = "no key file",
                 .allowed = "the key file that it was begun with, or rewrapped to"};
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(const StoreOptions& options) {
    Result<SecretKey> key = SecretKey();
    if (options.key_file) key = read_key_file(*options.key_file);
    if (!key) return key.error();
    auto store = RocksDbStore::open(options);
    if (!store) return store;
    if (!options.key_file) return in_the_clear(std::move(*store), options.folder);
    auto sealed = SealedStore::open(std::move(*store), *key);
    if (sealed) return sealed;
    Error error = sealed.error();
    error.message = options.folder.string() + " with key file " + options.key_file->string() +
                    ": " + error.message;
    return error;
}

}  // namespace qr
