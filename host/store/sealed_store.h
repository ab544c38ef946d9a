// Any store, its values encrypted: AES-256-GCM, a value at a time.
//
// What lies in the store below is a value sealed with a data key of this store, bound to its shelf
// and key, so that one moved under another key is damage as a changed one is. Keys are NOT
// encrypted, nor are sizes and how many there are: whoever has the disk sees them. Callers
// therefore keep names in values and numbers in keys.
//
//   version, 1 | zero | number of the data key, 2 bytes, little-endian | the value, sealed
#pragma once

#include <memory>
#include <string>

#include "host/store/key_ring.h"
#include "host/store/store.h"

namespace qr {

// Where the record of wrapped keys lies, on the shelf of the store's own.
inline constexpr std::string_view kKeysRecord = "keys";

class SealedStore final : public Store {
  public:
    // Begins with a first data key in a store that is empty. Errors: `invalid` (the key does not
    // open it; it has values in the clear), before anything else is read; those of the store.
    static Result<std::unique_ptr<Store>> open(std::unique_ptr<Store> store, const SecretKey& by);

    SealedStore(std::unique_ptr<Store> store, KeyRing keys);

    Result<void> commit(const StoreBatch& batch) override;
    std::shared_ptr<const StoreView> view() const override;
    Result<void> compact(Shelf shelf, std::string_view prefix) override {
        return store_->compact(shelf, prefix);
    }
    Result<void> recover() override { return store_->recover(); }
    StoreCondition condition() const override { return store_->condition(); }

  private:
    const std::unique_ptr<Store> store_;
    const std::shared_ptr<const KeyRing> keys_;
};

}  // namespace qr
