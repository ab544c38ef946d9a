// Vectors in a RocksDB database alone: in its tree, or in blob files beside it.
#pragma once

#include <rocksdb/db.h>

#include "perf/host/store/layouts.h"

namespace qr::perf {

void must(const rocksdb::Status& status);

class TreeLayout final : public Layout {
  public:
    TreeLayout(const std::filesystem::path& folder, bool has_blobs);

    void commit(const std::vector<Row>& rows) override;
    void remove(const std::vector<std::string>& keys) override;
    void compact() override;
    void walk(const std::function<void(std::string_view, std::string_view)>& visit) override;

    rocksdb::DB& db() { return *db_; }

  private:
    std::unique_ptr<rocksdb::DB> db_;
};

}  // namespace qr::perf
