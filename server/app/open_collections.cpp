#include "server/app/open_collections.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "host/base/wall_clock.h"
#include "host/collection/engine/collection_engines.h"
#include "host/collection/snapshot_drafts.h"
#include "host/store/open_store.h"

namespace qr {
namespace {

StoreOptions store_options_of(const Config& config) {
    StoreOptions options{
        .folder = config.data_dir,
        .sync = config.store_sync == "never" ? StoreSync::never : StoreSync::every_commit,
        .cache_bytes = config.store_cache_bytes,
        .write_buffer_bytes = config.store_write_buffer_bytes,
        .key_file = {}};
    if (!config.encryption_key_file.empty()) options.key_file = config.encryption_key_file;
    return options;
}

// So that the first export need not find it missing.
Result<void> make_snapshot_dir(const std::string& folder) {
    std::error_code failed;
    if (!folder.empty()) std::filesystem::create_directories(folder, failed);
    if (!failed) return {};
    return Error{.code = Code::invalid,
                 .message = "snapshot_dir: found '" + folder + "', which cannot be made: " +
                            failed.message() + "; allowed: a folder that can be written",
                 .pointer = "snapshot_dir",
                 .found = folder,
                 .allowed = "a folder that can be written"};
}

}  // namespace

Result<OpenedCollections> open_collections(const Config& config,
                                           std::function<void(const CollectionInfo&)> on_loaded) {
    OpenedCollections opened;
    if (config.data_dir.empty()) return opened;
    if (const auto made = make_snapshot_dir(config.snapshot_dir); !made.ok()) return made.error();
    auto engine = make_collection_engine(config.collection_engine,
                                         {.threads = config.collection_threads,
                                          .memory_max = config.collection_memory_bytes,
                                          .cuda = {.path = config.cuda_module}});
    if (!engine.ok()) return std::move(engine).error();
    auto store = open_store(store_options_of(config));
    if (!store.ok()) return std::move(store).error();
    auto catalog = Catalog::open(**store, **engine,
                                 {.collections_max = config.collections_max,
                                  .memory_bytes_max = config.collection_memory_bytes},
                                 {&seconds_since_1970, std::move(on_loaded)});
    if (!catalog.ok()) {
        Error error = std::move(catalog).error();
        error.message.insert(0, config.data_dir + ": ");
        return error;
    }
    opened.store = *std::move(store);
    opened.engine = *std::move(engine);
    opened.catalog = *std::move(catalog);
    if (!config.snapshot_dir.empty()) opened.drafts = remove_stale_drafts(config.snapshot_dir);
    return opened;
}

}  // namespace qr
