// The collections by name: made, found, loaded, unloaded, dropped, exported and imported.
//
// Below it a store keeps everything and an engine the vectors; loading and tidying run on the
// catalog's own thread. Collections are given out shared: one that is dropped or unloaded while a
// search runs lives until that is done.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "host/base/error.h"
#include "host/collection/collection.h"
#include "host/collection/engine/collection_engine.h"
#include "host/store/store.h"

namespace qr {

// A name: [a-z0-9][a-z0-9_.-]*, up to this many bytes.
inline constexpr std::size_t kCollectionNameBytesMax = 128;

struct CatalogLimits {
    std::size_t collections_max = 1'000;
    std::uint64_t documents_max = 100'000'000;  // of one collection
    std::size_t memory_bytes_max = 0;           // of all tables together; 0: the engine's limit
    std::chrono::milliseconds tidy_every{1'000};
};

// What a catalog asks of the process it is in, and tells it.
struct CatalogHooks {
    double (*wall_now)() = nullptr;  // seconds since 1970
    // A collection was loaded, or could not be. On the thread that loaded it; may be null.
    std::function<void(const CollectionInfo&)> on_loaded = nullptr;
};

class Catalog {
  public:
    // Reads what collections there are and begins to load them on its thread. Both must outlive the
    // catalog. Errors: `internal` (a store written by a later version, named).
    static Result<std::unique_ptr<Catalog>> open(Store& store, CollectionEngine& engine,
                                                 CatalogLimits limits, CatalogHooks hooks);
    virtual ~Catalog() = default;  // finishes what is under way, joins

    // Errors: `conflict` (the name is taken), `invalid`, `overloaded` (collections_max).
    virtual Result<std::shared_ptr<Collection>> create(std::string_view name,
                                                       const CollectionSettings& settings) = 0;
    // Errors: `not_found`.
    virtual Result<std::shared_ptr<Collection>> find(std::string_view name) const = 0;
    virtual std::vector<CollectionInfo> list() const = 0;  // by name
    virtual Result<void> drop(std::string_view name) = 0;

    // Memory given back; the disk keeps it, also over a restart, until load(). Both return at once
    // where the state is that already. load() waits until it is ready.
    virtual Result<void> unload(std::string_view name) = 0;
    virtual Result<void> load(std::string_view name) = 0;

    // Whether none is being loaded any more. One that failed answers so itself.
    virtual bool is_loaded() const = 0;

    // A consistent copy into a new folder: vectors.safetensors parts, documents as NDJSON, and a
    // manifest.json with SHA-256 digests; docs/COLLECTIONS.md states the format. The folder appears
    // whole or not at all. Errors: `conflict` (it exists), `unavailable` (disk).
    virtual Result<void> export_to(std::string_view name, const std::filesystem::path& folder) = 0;
    // Under a new name; digests are checked first. Insertion numbers are kept.
    virtual Result<std::shared_ptr<Collection>> import_from(
        std::string_view name, const std::filesystem::path& folder) = 0;
};

}  // namespace qr
