#include "host/store/database.h"

#include <sys/stat.h>

#include <system_error>
#include <utility>

#include "host/store/database_options.h"

namespace qr {
namespace {

constexpr std::uint64_t kStatBlockBytes = 512;  // what st_blocks counts, whatever the file system

}  // namespace

Database::Database(StoreFolder folder, const StoreOptions& options)
    : folder_(std::move(folder)),
      options_(database_options(options)),
      descriptors_(shelf_descriptors(options)) {
    // A folder whose format was written has a database: should it be missing, then it is lost, and
    // an empty one in its place would hide that.
    options_.create_if_missing = !folder_.has_format();
    options_.create_missing_column_families = !folder_.has_format();
    options_.listeners.push_back(failure_);
}

rocksdb::Status Database::open_with(rocksdb::WALRecoveryMode mode) {
    options_.wal_recovery_mode = mode;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    auto status =
        rocksdb::DB::Open(options_, folder_.database().string(), descriptors_, &handles, &db);
    if (!status.ok()) return status;
    db_.reset(db);
    for (std::size_t i = 0; i < kShelves; ++i)
        shelves_[i] = handles[i];
    return status;
}

// A log that ends within a record is what a crash leaves behind: nothing that was committed is
// missing. Any other record that does not read may have been committed: it is passed over, whole
// batches are lost, and that is told.
Result<void> Database::open_past_damage() {
    auto status = open_with(rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords);
    if (status.IsCorruption()) {
        const std::string what = folder_.path().string() + ": " + status.ToString();
        status = open_with(rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords);
        if (status.ok()) damage_.push_back({.what = what});
    }
    if (status.ok()) return {};
    return Error{
        .code = status.IsCorruption() ? Code::internal : Code::unavailable,
        .message = folder_.path().string() + ": cannot open the store: " + status.ToString()};
}

Result<std::shared_ptr<Database>> Database::open(StoreFolder folder, const StoreOptions& options) {
    const std::shared_ptr<Database> database(new Database(std::move(folder), options));
    if (auto opened = database->open_past_damage(); !opened) return opened.error();
    if (!database->folder_.has_format()) {
        if (auto written = database->folder_.write_format(); !written) return written.error();
    }
    return database;
}

Database::~Database() {
    if (!db_) return;
    for (auto* shelf : shelves_)
        (void)db_->DestroyColumnFamilyHandle(shelf);
    (void)db_->Close();
}

std::vector<rocksdb::ColumnFamilyHandle*> Database::shelves() const {
    return {shelves_.begin(), shelves_.end()};
}

std::uint64_t Database::syncs() const {
    return options_.statistics->getTickerCount(rocksdb::WAL_FILE_SYNCED);
}

std::uint64_t Database::disk_bytes() const {
    std::uint64_t bytes = 0;
    std::error_code error;
    // Files come and go while this looks: one that is gone takes no space.
    std::filesystem::directory_iterator at(folder_.database(), error);
    for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
        struct stat found {};
        if (stat(at->path().c_str(), &found) == 0) {
            bytes += static_cast<std::uint64_t>(found.st_blocks) * kStatBlockBytes;
        }
    }
    return bytes;
}

}  // namespace qr
