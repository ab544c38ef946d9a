// The one implementation of Catalog: records of collections in a store, one thread behind.
//
// What a name means is a record; a collection's data lie under its number. Dropping turns the
// record into the note that its data are to be removed, importing writes data under such a note and
// turns it into a record: a process that ends in between leaves nothing but what its successor
// removes.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "host/collection/catalog.h"
#include "host/collection/records.h"
#include "host/collection/resident_collection.h"

namespace qr {

class StoredCatalog final : public Catalog {
  public:
    using OnLoaded = std::function<void(const CollectionInfo&)>;

    StoredCatalog(std::shared_ptr<CollectionSurroundings> around, CatalogLimits limits,
                  OnLoaded on_loaded);
    ~StoredCatalog() override;

    // Reads the records and starts the thread. Once.
    Result<void> begin();

    Result<std::shared_ptr<Collection>> create(std::string_view name,
                                               const CollectionSettings& settings) override;
    Result<std::shared_ptr<Collection>> find(std::string_view name) const override;
    std::vector<CollectionInfo> list() const override;
    Result<void> drop(std::string_view name) override;
    Result<void> unload(std::string_view name) override;
    Result<void> load(std::string_view name) override;
    bool is_loaded() const override;
    Result<void> export_to(std::string_view name, const std::filesystem::path& folder) override;
    Result<std::shared_ptr<Collection>> import_from(std::string_view name,
                                                    const std::filesystem::path& folder) override;

  private:
    using Held = std::shared_ptr<ResidentCollection>;

    Result<void> read_records(const StoreView& view);
    Result<Held> held(std::string_view name) const;
    Result<Held> readable(std::string_view name) const;
    std::vector<Held> all() const;
    // With the names' lock held, or before the thread begins.
    Result<void> check_new(std::string_view name) const;
    Held keep(std::string_view key, const CollectionRecord& record);
    // A number that is noted as dropped until something is made of it.
    Result<CollectionId> reserve(std::string_view name);
    Result<Held> establish(std::string_view name, const CollectionRecord& record,
                           std::uint64_t documents, std::uint64_t next_number);

    void load_now(const Held& collection);
    // On the thread.
    void run();
    void remove_data(CollectionId id);
    Result<bool> remove_some(const std::string& prefix, Shelf shelf);
    void tidy();
    void enqueue(std::function<void()> work);
    bool is_stopping() const;
    Result<void> await(const Held& collection);
    Result<std::shared_ptr<Collection>> loaded(const Held& collection);

    const std::shared_ptr<CollectionSurroundings> around_;
    const CatalogLimits limits_;
    const OnLoaded on_loaded_;

    mutable std::mutex names_lock_;
    std::map<std::string, Held, std::less<>> by_name_;
    CollectionId next_id_ = 1;

    mutable std::mutex work_lock_;
    std::condition_variable work_changed_;
    std::deque<std::function<void()>> work_;
    std::vector<CollectionId> left_to_remove_;  // on the thread: what the disk refused
    bool is_stopping_ = false;
    std::thread thread_;
};

}  // namespace qr
