// The database below a store: opened with a server's options, closed when the last of store, views
// and cursors is gone.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/statistics.h>

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "host/base/error.h"
#include "host/store/open_store.h"
#include "host/store/store.h"
#include "host/store/store_folder.h"
#include "host/store/write_failure.h"

namespace qr {

class Database {
  public:
    // Errors: as open_store().
    static Result<std::shared_ptr<Database>> open(StoreFolder folder, const StoreOptions& options);

    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database();

    rocksdb::DB& db() const { return *db_; }
    rocksdb::ColumnFamilyHandle* shelf(Shelf shelf) const {
        return shelves_[static_cast<std::size_t>(shelf)];
    }
    std::vector<rocksdb::ColumnFamilyHandle*> shelves() const {
        return {shelves_.begin(), shelves_.end()};
    }
    WriteFailure& failure() const { return *failure_; }
    // After a failure: memory written out, another log begun. Errors: Busy, where that is only
    // possible while nobody else, such as a view, uses it.
    enum class Users : std::uint8_t { the_caller_alone, others };
    rocksdb::Status recover(Users users);
    // Before every write. The database gives up a log that failed only together with something to
    // write out: so that there always is, a removal of nothing lies in the memory of the shelf of
    // the store's own, put there anew whenever that was written out.
    void arm_recovery() const;
    // Files are named from the store's folder, which clients need not know.
    std::string describe(const rocksdb::Status& status) const;
    // What a read met, with the database's folder where it does not name a file.
    std::string name_damage(const rocksdb::Status& status) const;
    std::uint64_t syncs() const;
    std::uint64_t disk_bytes() const;
    const std::vector<StoreDamage>& damage() const { return damage_; }

  private:
    Database(StoreFolder folder, const StoreOptions& options);
    enum class Access : std::uint8_t { all, reads_alone };
    rocksdb::Status open_with(rocksdb::WALRecoveryMode mode, Access access = Access::all);
    rocksdb::Status open_past_damage();
    rocksdb::Status reopen();
    void close();
    std::uint64_t log_number() const;

    StoreFolder folder_;
    std::shared_ptr<WriteFailure> failure_;
    rocksdb::DBOptions options_;
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors_;
    std::unique_ptr<rocksdb::DB> db_;
    std::array<rocksdb::ColumnFamilyHandle*, kShelves> shelves_{};
    bool is_read_only_ = false;
    std::vector<StoreDamage> damage_;  // found by opening
};

}  // namespace qr
