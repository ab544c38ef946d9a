// What the database is told: bounded memory, threads and files, and shelves as they are used.
#pragma once

#include <rocksdb/db.h>

#include <vector>

#include "host/store/open_store.h"

namespace qr {

rocksdb::DBOptions database_options(const StoreOptions& options);

// In the order of Shelf; `own` is the family that every database has.
std::vector<rocksdb::ColumnFamilyDescriptor> shelf_descriptors(const StoreOptions& options);

}  // namespace qr
