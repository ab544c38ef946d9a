// What exists where collections are kept: the store, the engine, the catalog, the search desk and
// the threads that wait for them.
#pragma once

#include <memory>

#include "host/base/clock.h"
#include "host/base/error.h"
#include "host/base/work_pool.h"
#include "host/collection/catalog.h"
#include "host/collection/engine/collection_engine.h"
#include "host/collection/search_desk.h"
#include "host/collection/snapshot_drafts.h"
#include "host/store/store.h"
#include "server/config/config.h"
#include "server/handlers/services.h"

namespace qr {

// Each stands on those before it. All null: no collections.
struct OpenedCollections {
    std::unique_ptr<Store> store;
    std::unique_ptr<CollectionEngine> engine;
    std::unique_ptr<Catalog> catalog;
    DraftSweep drafts = {};  // what exports that were cut short had left
};

struct CollectionsFigures {
    std::vector<CollectionInfo> collections;  // by name
    StoreCondition store;
    std::size_t searches_waiting = 0;
    std::size_t work_waiting = 0;
    bool is_loaded = false;
};

// `clock` and `observer` must outlive it.
class CollectionsPart {
  public:
    CollectionsPart(OpenedCollections opened, const Config& config, const Clock& clock,
                    PassObserver& observer);

    const CollectionServices& services() const { return services_; }
    const CollectionEngine& engine() const { return *opened_.engine; }
    // Whether everything that should be in memory is. Cheap.
    bool is_loaded() const { return opened_.catalog->is_loaded(); }
    CollectionsFigures figures() const;

    // Answers what waits, finishes what is under way, joins. Idempotent.
    void stop();

  private:
    const OpenedCollections opened_;
    SearchDesk desk_;
    WorkPool work_;
    WorkPool chores_;
    const CollectionServices services_;
};

}  // namespace qr
