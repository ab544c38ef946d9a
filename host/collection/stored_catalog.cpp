#include "host/collection/stored_catalog.h"

#include <utility>

#include "host/base/misfit.h"
#include "host/collection/document_rules.h"
#include "host/collection/snapshot_export.h"
#include "host/collection/snapshot_import.h"

namespace qr {
namespace {

CollectionRecord with_unloaded(CollectionRecord record, bool is_unloaded) {
    record.is_unloaded = is_unloaded;
    return record;
}

StoreBatch put(std::string key, std::string value) {
    return {{{Shelf::records, std::move(key), std::move(value)}}};
}

Error name_error(Code code, std::string_view name, const std::string& found,
                 const std::string& allowed) {
    Error error = misfit_error(code, "collection '" + std::string(name) + "'", found, allowed);
    error.pointer = "/name";
    return error;
}

}  // namespace

Result<std::unique_ptr<Catalog>> Catalog::open(Store& store, CollectionEngine& engine,
                                               CatalogLimits limits, CatalogHooks hooks) {
    const std::size_t bytes_max =
        limits.memory_bytes_max != 0 ? limits.memory_bytes_max : engine.capabilities().memory_max;
    auto around = std::make_shared<CollectionSurroundings>(store, engine, limits.documents_max,
                                                           bytes_max, hooks.wall_now);
    auto catalog =
        std::make_unique<StoredCatalog>(std::move(around), limits, std::move(hooks.on_loaded));
    if (auto begun = catalog->begin(); !begun) return begun.error();
    return std::unique_ptr<Catalog>(std::move(catalog));
}

StoredCatalog::StoredCatalog(std::shared_ptr<CollectionSurroundings> around, CatalogLimits limits,
                             OnLoaded on_loaded)
    : around_(std::move(around)), limits_(limits), on_loaded_(std::move(on_loaded)) {}

Result<void> StoredCatalog::begin() {
    Store& store = around_->store;
    std::shared_ptr<const StoreView> view = store.view();
    const Result<std::optional<std::string>> format = view->get(Shelf::records, kFormatKey);
    if (!format) return format.error();
    if (format->has_value()) {
        const Result<FormatRecord> record = decode_format(**format);
        if (!record) return record.error();
        next_id_ = record->next_id;
    }
    if (auto read = read_records(*view); !read) return read;
    thread_ = std::thread([this] { run(); });
    return {};
}

Result<void> StoredCatalog::read_records(const StoreView& view) {
    const std::unique_ptr<StoreCursor> names =
        view.walk(Shelf::records, keys_with(kCollectionPrefix));
    while (names->next()) {
        const std::string key(names->key());
        const Result<CollectionRecord> record = decode_collection(key, names->value());
        const Held collection = keep(key, record ? *record : CollectionRecord{});
        if (!record) collection->fail(record.error().message);
        if (record && !record->is_unloaded) enqueue([this, collection] { load_now(collection); });
    }
    for (const StoreDamage& damage : names->damage()) {
        if (damage.key.empty()) return Error{Code::internal, damage.what, {}, {}, {}};
        keep(damage.key, CollectionRecord{})->fail(damage.what);
    }
    const std::unique_ptr<StoreCursor> dropped =
        view.walk(Shelf::records, keys_with(kDroppedPrefix));
    while (dropped->next()) {
        const std::optional<CollectionId> id = id_of_dropped_key(dropped->key());
        if (id) enqueue([this, number = *id] { remove_data(number); });
    }
    return {};
}

StoredCatalog::Held StoredCatalog::keep(std::string_view key, const CollectionRecord& record) {
    const std::string name(key.substr(kCollectionPrefix.size()));
    Held collection = std::make_shared<ResidentCollection>(around_, name, record);
    by_name_[name] = collection;
    return collection;
}

Result<StoredCatalog::Held> StoredCatalog::held(std::string_view name) const {
    const std::lock_guard lock(names_lock_);
    const auto found = by_name_.find(name);
    if (found != by_name_.end()) return found->second;
    return name_error(Code::not_found, name, "none of that name", "those that exist");
}

// Not one whose record is damaged: it must not be written anew.
Result<StoredCatalog::Held> StoredCatalog::readable(std::string_view name) const {
    Result<Held> found = held(name);
    if (!found || (*found)->record().id != kNoCollection) return found;
    const std::string why = (*found)->info().why;
    return Error{Code::internal, "collection '" + std::string(name) + "': " + why, {}, {}, {}};
}

std::vector<StoredCatalog::Held> StoredCatalog::all() const {
    const std::lock_guard lock(names_lock_);
    std::vector<Held> collections;
    for (const auto& [name, collection] : by_name_)
        collections.push_back(collection);
    return collections;
}

Result<void> StoredCatalog::check_new(std::string_view name) const {
    if (by_name_.contains(name))
        return name_error(Code::conflict, name, "one of that name", "names that are free");
    if (by_name_.size() < limits_.collections_max) return {};
    return name_error(Code::overloaded, name, std::to_string(by_name_.size()) + " others",
                      "at most " + std::to_string(limits_.collections_max) + " collections");
}

Result<CollectionId> StoredCatalog::reserve(std::string_view name) {
    const std::lock_guard lock(names_lock_);
    if (auto checked = check_new(name); !checked) return checked.error();
    const CollectionId id = next_id_;
    StoreBatch batch = put(std::string(kFormatKey), encode(FormatRecord{.next_id = id + 1}));
    batch.writes.push_back({Shelf::records, dropped_key(id), ""});
    if (auto committed = around_->store.commit(batch); !committed) return committed.error();
    ++next_id_;
    return id;
}

Result<StoredCatalog::Held> StoredCatalog::establish(std::string_view name,
                                                     const CollectionRecord& record,
                                                     std::uint64_t documents,
                                                     std::uint64_t next_number) {
    const std::lock_guard lock(names_lock_);
    if (auto checked = check_new(name); !checked) return checked.error();
    StoreBatch batch = put(collection_key(name), encode(record));
    batch.writes.push_back({Shelf::records, counters_key(record.id),
                            encode(Counters{.documents = documents, .next_number = next_number})});
    batch.writes.push_back({Shelf::records, dropped_key(record.id), std::nullopt});
    if (auto committed = around_->store.commit(batch); !committed) return committed.error();
    return keep(collection_key(name), record);
}

Result<std::shared_ptr<Collection>> StoredCatalog::create(std::string_view name,
                                                          const CollectionSettings& settings) {
    if (auto checked = check_collection_name(name); !checked) return checked.error();
    if (auto checked = check_settings(settings); !checked) return checked.error();
    // A layout that the engine refuses must not be written down.
    const Result<std::unique_ptr<Table>> trial = around_->engine.make_table(settings.layout);
    if (!trial) return trial.error();
    const Result<CollectionId> id = reserve(name);
    if (!id) return id.error();
    const CollectionRecord record{
        .id = *id, .settings = settings, .created_at = around_->wall.now()};
    const Result<Held> made = establish(name, record, 0, 0);
    if (!made) {
        enqueue([this, number = *id] { remove_data(number); });
        return made.error();
    }
    return loaded(*made);
}

Result<std::shared_ptr<Collection>> StoredCatalog::find(std::string_view name) const {
    const Result<Held> found = held(name);
    if (!found) return found.error();
    return std::shared_ptr<Collection>(*found);
}

std::vector<CollectionInfo> StoredCatalog::list() const {
    std::vector<CollectionInfo> infos;
    for (const Held& collection : all())
        infos.push_back(collection->info());
    return infos;
}

Result<void> StoredCatalog::drop(std::string_view name) {
    const Result<Held> found = held(name);
    if (!found) return found.error();
    const CollectionId id = (*found)->record().id;
    StoreBatch batch = put(dropped_key(id), "");
    batch.writes.push_back({Shelf::records, collection_key(name), std::nullopt});
    if (auto dropped = (*found)->drop(batch); !dropped) return dropped;
    {
        const std::lock_guard lock(names_lock_);
        by_name_.erase(by_name_.find(name));
    }
    enqueue([this, id] { remove_data(id); });
    return {};
}

Result<void> StoredCatalog::unload(std::string_view name) {
    const Result<Held> found = readable(name);
    if (!found) return found.error();
    if ((*found)->state() == CollectionState::unloaded) return {};
    const CollectionRecord record = with_unloaded((*found)->record(), true);
    return (*found)->unload(put(collection_key(name), encode(record)));
}

Result<void> StoredCatalog::load(std::string_view name) {
    const Result<Held> found = readable(name);
    if (!found) return found.error();
    const Held collection = *found;
    if (collection->state() == CollectionState::ready) return {};
    if (collection->state() != CollectionState::loading) {
        const CollectionRecord record = with_unloaded(collection->record(), false);
        const StoreBatch batch = put(collection_key(name), encode(record));
        if (auto begun = collection->begin_loading(batch); !begun) return begun;
        enqueue([this, collection] { load_now(collection); });
    }
    return await(collection);
}

// At once, not behind whatever else is to be loaded.
Result<std::shared_ptr<Collection>> StoredCatalog::loaded(const Held& collection) {
    load_now(collection);
    if (auto ready = await(collection); !ready) return ready.error();
    return std::shared_ptr<Collection>(collection);
}

Result<void> StoredCatalog::await(const Held& collection) {
    std::unique_lock lock(work_lock_);
    work_changed_.wait(
        lock, [&] { return is_stopping_ || collection->state() != CollectionState::loading; });
    if (collection->state() == CollectionState::ready) return {};
    const CollectionInfo info = collection->info();
    return Error{Code::unavailable,
                 "collection '" + info.name + "' could not be loaded: " +
                     (info.why.empty() ? "it was unloaded or the server stops" : info.why),
                 {},
                 {},
                 {}};
}

bool StoredCatalog::is_loaded() const {
    for (const Held& collection : all()) {
        if (collection->state() == CollectionState::loading) return false;
    }
    return true;
}

Result<void> StoredCatalog::export_to(std::string_view name, const std::filesystem::path& folder) {
    const Result<Held> found = readable(name);
    if (!found) return found.error();
    const std::shared_ptr<const StoreView> view = around_->store.view();
    return export_collection(*view, (*found)->record(), folder, {.now = around_->wall.now()});
}

Result<std::shared_ptr<Collection>> StoredCatalog::import_from(
    std::string_view name, const std::filesystem::path& folder) {
    if (auto checked = check_collection_name(name); !checked) return checked.error();
    const Result<SnapshotManifest> manifest = open_snapshot(folder);
    if (!manifest) return manifest.error();
    const Result<CollectionId> id = reserve(name);
    if (!id) return id.error();
    const CollectionRecord record{
        .id = *id, .settings = manifest->settings, .created_at = around_->wall.now()};
    Result<Held> made = Error{};
    if (auto imported = import_documents(folder, *manifest, *id, around_->store); imported) {
        made = establish(name, record, manifest->documents, manifest->next_number);
    } else {
        made = imported.error();
    }
    if (!made) {
        enqueue([this, number = *id] { remove_data(number); });
        return made.error();
    }
    return loaded(*made);
}

}  // namespace qr
