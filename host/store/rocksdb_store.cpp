#include "host/store/rocksdb_store.h"

#include <rocksdb/write_batch.h>

#include <mutex>
#include <utility>

#include "host/store/batch_check.h"
#include "host/store/frame.h"
#include "host/store/key_text.h"
#include "host/store/rocksdb_view.h"

namespace qr {
namespace {

void add(rocksdb::WriteBatch& batch, rocksdb::ColumnFamilyHandle* shelf, const StoreWrite& write) {
    const rocksdb::Slice key(write.key);
    if (!write.value) {
        (void)batch.Delete(shelf, key);
        return;
    }
    const auto header = frame_header(write.shelf, write.key, *write.value);
    const rocksdb::Slice parts[] = {{header.data(), header.size()}, *write.value};
    (void)batch.Put(shelf, rocksdb::SliceParts(&key, 1), rocksdb::SliceParts(parts, 2));
}

}  // namespace

Result<std::unique_ptr<Store>> RocksDbStore::open(const StoreOptions& options) {
    auto folder = StoreFolder::take(options.folder);
    if (!folder) return folder.error();
    auto database = Database::open(std::move(*folder), options);
    if (!database) return database.error();
    return std::unique_ptr<Store>(
        std::make_unique<RocksDbStore>(std::move(*database), options.sync));
}

RocksDbStore::RocksDbStore(std::shared_ptr<Database> database, StoreSync sync)
    : database_(std::move(database)), sync_(sync) {}

Result<void> RocksDbStore::commit(const StoreBatch& batch) {
    auto checked = check_batch(batch, kStoreValueBytesMax + kStoreSealBytesMax);
    if (!checked) return checked;
    const std::shared_lock use(in_use_);
    if (!database_->failure().why().empty()) return database_->failure().error();
    rocksdb::WriteBatch writes;
    for (const StoreWrite& write : batch.writes) {
        add(writes, database_->shelf(write.shelf), write);
    }
    rocksdb::WriteOptions options;
    options.sync = sync_ == StoreSync::every_commit;
    database_->arm_recovery();
    const auto status = database_->db().Write(options, &writes);
    if (!status.ok()) {
        database_->failure().set(status);
        return database_->failure().error();
    }
    ++commits_;
    return {};
}

std::shared_ptr<const StoreView> RocksDbStore::view() const {
    const std::shared_lock use(in_use_);
    return std::make_shared<RocksDbView>(database_);
}

Result<void> RocksDbStore::compact(Shelf shelf, std::string_view prefix) {
    const auto failed = [this](const rocksdb::Status& status) {
        return Error{.code = status.IsCorruption() ? Code::internal : Code::unavailable,
                     .message = "the store cannot compact: " + database_->describe(status)};
    };
    const std::shared_lock use(in_use_);
    if (!database_->failure().why().empty()) return database_->failure().error();
    // The log has the removed values as well, until all of its shelves are written out.
    auto status = database_->db().Flush(rocksdb::FlushOptions(), database_->shelves());
    if (!status.ok()) return failed(status);
    rocksdb::CompactRangeOptions options;
    options.exclusive_manual_compaction = false;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    const std::string end = behind_prefix(prefix);
    const rocksdb::Slice begin_slice(prefix.data(), prefix.size());
    const rocksdb::Slice end_slice(end);
    status = database_->db().CompactRange(options, database_->shelf(shelf), &begin_slice,
                                          end.empty() ? nullptr : &end_slice);
    if (!status.ok()) return failed(status);
    return {};
}

Result<void> RocksDbStore::recover() {
    if (database_->failure().why().empty()) return {};
    if (database_->failure().is_for_good()) return database_->failure().error();
    const std::unique_lock alone(in_use_);
    using Users = Database::Users;
    const auto status =
        database_->recover(database_.use_count() > 1 ? Users::others : Users::the_caller_alone);
    if (!status.ok()) {
        return Error{
            .code = Code::unavailable,
            .message = "the store is still read-only: " + database_->failure().describe(status)};
    }
    database_->failure().clear();
    return {};
}

StoreCondition RocksDbStore::condition() const {
    const std::shared_lock use(in_use_);
    StoreCondition condition;
    condition.why_not = database_->failure().why();
    condition.is_writable = condition.why_not.empty();
    condition.disk_bytes = database_->disk_bytes();
    condition.syncs = database_->syncs();
    condition.commits = commits_;
    condition.damage = database_->damage();
    const auto found_later = database_->failure().damage();
    condition.damage.insert(condition.damage.end(), found_later.begin(), found_later.end());
    return condition;
}

}  // namespace qr
