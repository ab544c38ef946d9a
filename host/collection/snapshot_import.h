// Reads a snapshot's folder into the store under a collection's number that nobody knows yet.
#pragma once

#include <filesystem>

#include "host/base/error.h"
#include "host/collection/records.h"
#include "host/collection/snapshot.h"
#include "host/store/store.h"

namespace qr {

// The manifest, once every file has the size and the digest that it says. Errors: `not_found`,
// `unavailable`, `invalid`.
Result<SnapshotManifest> open_snapshot(const std::filesystem::path& folder);

// Its documents, committed in batches. Errors: `invalid`, what a file holds does not fit the
// manifest or is no document; those of the store.
Result<void> import_documents(const std::filesystem::path& folder, const SnapshotManifest& manifest,
                              CollectionId id, Store& store);

}  // namespace qr
