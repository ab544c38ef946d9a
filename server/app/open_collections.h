// The store, the engine and the catalog that the configuration asks for.
#pragma once

#include <functional>

#include "server/app/collections_part.h"

namespace qr {

// Nothing where no folder is set. `on_loaded`: see CatalogHooks. Errors: those of open_store,
// make_collection_engine and Catalog::open, naming the setting or the folder.
Result<OpenedCollections> open_collections(const Config& config,
                                           std::function<void(const CollectionInfo&)> on_loaded);

}  // namespace qr
