#include "host/store/open_store.h"

#include "host/store/rocksdb_store.h"

namespace qr {

Result<std::unique_ptr<Store>> open_store(const StoreOptions& options) {
    return RocksDbStore::open(options);
}

}  // namespace qr
