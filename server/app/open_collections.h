// The store, the engine and the catalog that the configuration asks for.
#pragma once

#include "server/app/collections_part.h"

namespace qr {

// Nothing where no folder is set. Errors: those of open_store, make_collection_engine and
// Catalog::open, naming the setting or the folder.
Result<OpenedCollections> open_collections(const Config& config);

}  // namespace qr
