// A store in one RocksDB database.
//
// A commit is one write to its log, synced before the call returns; writers that arrive meanwhile
// go into the next write together. Vectors lie in the tree of keys as records do, why says
// docs/decisions/0019-store.md. Every value is framed (frame.h).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <shared_mutex>

#include "host/store/database.h"
#include "host/store/open_store.h"
#include "host/store/store.h"

namespace qr {

class RocksDbStore final : public Store {
  public:
    // Errors: as open_store(); the key file is not looked at.
    static Result<std::unique_ptr<Store>> open(const StoreOptions& options);

    RocksDbStore(std::shared_ptr<Database> database, StoreSync sync);

    Result<void> commit(const StoreBatch& batch) override;
    std::shared_ptr<const StoreView> view() const override;
    // Rewrites every live value that begins with the prefix, so that none of the removed ones is
    // left in any file: as much reading and writing as they take. What views still see stays.
    Result<void> compact(Shelf shelf, std::string_view prefix) override;
    // While views or their cursors live it may have to wait for them: `unavailable`, ask again.
    Result<void> recover() override;
    StoreCondition condition() const override;

  private:
    const std::shared_ptr<Database> database_;
    const StoreSync sync_;
    mutable std::shared_mutex in_use_;  // shared by all but recover()
    std::atomic<std::uint64_t> commits_{0};
};

}  // namespace qr
