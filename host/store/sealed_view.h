// What a sealed store's view and cursors are: those of the store below, their values opened.
#pragma once

#include <memory>
#include <string>

#include "host/store/key_ring.h"
#include "host/store/store.h"

namespace qr {

// The value as the store below keeps it.
std::string seal_value(const KeyRing& keys, Shelf shelf, std::string_view key,
                       std::string_view value);

// Into `value`. Errors: `internal`, what is wrong with it.
Result<void> unseal_value(const KeyRing& keys, Shelf shelf, std::string_view key,
                          std::string_view sealed, std::string& value);

class SealedView final : public StoreView {
  public:
    SealedView(std::shared_ptr<const StoreView> view, std::shared_ptr<const KeyRing> keys)
        : view_(std::move(view)), keys_(std::move(keys)) {}

    Result<std::optional<std::string>> get(Shelf shelf, std::string_view key) const override;
    std::unique_ptr<StoreCursor> walk(Shelf shelf, KeyRange keys) const override;

  private:
    const std::shared_ptr<const StoreView> view_;
    const std::shared_ptr<const KeyRing> keys_;
};

}  // namespace qr
