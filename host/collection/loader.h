// Reads a collection from the store into memory, a batch of rows at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "host/base/error.h"
#include "host/collection/collection_memory.h"
#include "host/collection/engine/collection_engine.h"
#include "host/collection/records.h"
#include "host/collection/residence.h"
#include "host/store/store.h"

namespace qr {

struct LoadProgress {
    std::atomic<std::uint64_t> read = 0;
    std::atomic<std::uint64_t> documents = 0;
    std::atomic<bool> is_cancelled = false;
};

struct Loaded {
    std::shared_ptr<Residence> residence;
    Counters counters;  // at least as many documents as were read
    std::map<std::string, std::uint64_t, std::less<>> damaged;  // ids whose vector does not read
    std::vector<std::uint64_t> stale;  // numbers whose id another document has
    std::uint64_t stale_read = 0;      // of them, those that read
    std::vector<std::string> damage;   // as messages say it

    // Documents that the store holds damaged.
    std::uint64_t missing() const { return counters.documents - residence->rows() - stale_read; }
};

// Errors: `unavailable` (cancelled), `out_of_memory`, those of the engine.
Result<Loaded> load_collection(const Store& store, CollectionEngine& engine,
                               const CollectionRecord& record,
                               std::shared_ptr<CollectionMemory> budget, LoadProgress& progress);

}  // namespace qr
