// All shelves of a database at one moment, by a snapshot of it.
#pragma once

#include <memory>

#include "host/store/database.h"
#include "host/store/store.h"

namespace qr {

class RocksDbView final : public StoreView, public std::enable_shared_from_this<RocksDbView> {
  public:
    explicit RocksDbView(std::shared_ptr<const Database> database);
    RocksDbView(const RocksDbView&) = delete;
    RocksDbView& operator=(const RocksDbView&) = delete;
    ~RocksDbView() override;

    Result<std::optional<std::string>> get(Shelf shelf, std::string_view key) const override;
    std::unique_ptr<StoreCursor> walk(Shelf shelf, KeyRange keys) const override;

  private:
    const std::shared_ptr<const Database> database_;
    const rocksdb::Snapshot* const snapshot_;
};

}  // namespace qr
