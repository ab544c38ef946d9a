#include "host/store/database.h"

#include <sys/stat.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "host/base/check.h"
#include "host/store/database_options.h"

namespace qr {
namespace {

constexpr std::uint64_t kStatBlockBytes = 512;  // what st_blocks counts, whatever the file system

}  // namespace

Database::Database(StoreFolder folder, const StoreOptions& options)
    : folder_(std::move(folder)),
      failure_(std::make_shared<WriteFailure>(folder_.path())),
      options_(database_options(options)),
      descriptors_(shelf_descriptors(options)) {
    // A folder whose format was written has a database: should it be missing, then it is lost, and
    // an empty one in its place would hide that.
    options_.create_if_missing = !folder_.has_format();
    options_.create_missing_column_families = !folder_.has_format();
    options_.listeners.push_back(failure_);
}

rocksdb::Status Database::open_with(rocksdb::WALRecoveryMode mode, Access access) {
    rocksdb::DBOptions options = options_;
    options.wal_recovery_mode = mode;
    options.paranoid_checks = access == Access::all;
    const std::string folder = folder_.database().string();
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    const auto status =
        access == Access::all
            ? rocksdb::DB::Open(options, folder, descriptors_, &handles, &db)
            : rocksdb::DB::OpenForReadOnly(options, folder, descriptors_, &handles, &db);
    if (!status.ok()) return status;
    db_.reset(db);
    std::ranges::copy(handles, shelves_.begin());
    return status;
}

// A log that ends within a record is what a crash leaves behind: nothing that was committed is
// missing. Any other record that does not read may have been committed: it is passed over, whole
// batches are lost, and that is told. A file whose index is damaged keeps the database from
// writing; all other files still read.
rocksdb::Status Database::open_past_damage() {
    const auto first = open_with(rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords);
    if (!first.IsCorruption()) return first;
    damage_.push_back({.what = "commits are lost: " + name_damage(first)});
    const auto second = open_with(rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords);
    if (!second.IsCorruption()) return second;
    damage_ = {{.what = name_damage(second)}};
    failure_->set_for_good("it was opened for reading alone: " + name_damage(second));
    return open_with(rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords, Access::reads_alone);
}

Result<std::shared_ptr<Database>> Database::open(StoreFolder folder, const StoreOptions& options) {
    const std::shared_ptr<Database> database(new Database(std::move(folder), options));
    const auto opened = database->open_past_damage();
    if (!opened.ok()) {
        return Error{.code = opened.IsCorruption() ? Code::internal : Code::unavailable,
                     .message = database->folder_.path().string() +
                                ": cannot open the store: " + database->name_damage(opened)};
    }
    if (!database->folder_.has_format()) {
        if (auto written = database->folder_.write_format(); !written) return written.error();
    }
    return database;
}

Database::~Database() {
    close();
}

void Database::close() {
    if (!db_) return;
    for (auto* shelf : shelves_)
        (void)db_->DestroyColumnFamilyHandle(shelf);
    (void)db_->Close();
    db_.reset();
}

std::uint64_t Database::log_number() const {
    std::unique_ptr<rocksdb::LogFile> log;
    return db_->GetCurrentWalFile(&log).ok() ? log->LogNumber() : 0;
}

// The database keeps a log whose very first record failed, and ends the process at the next: then
// it is closed and opened anew. What failed lies in that log by half at most and is not read.
rocksdb::Status Database::recover(Users users) {
    if (!is_read_only_) {
        const std::uint64_t failed_log = log_number();
        const auto status = db_->Resume();
        if (!status.ok() || log_number() != failed_log) return status;
    }
    if (users == Users::others) return rocksdb::Status::Busy("views of it are in use");
    return reopen();
}

// Where that needs space which is not there, reading goes on all the same.
rocksdb::Status Database::reopen() {
    close();
    const auto mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    const auto status = open_with(mode);
    is_read_only_ = !status.ok();
    if (is_read_only_) QR_CHECK(open_with(mode, Access::reads_alone).ok());
    failure_->disarm();
    return status;
}

void Database::arm_recovery() const {
    if (!failure_->take_disarmed()) return;
    rocksdb::WriteOptions in_memory;
    in_memory.disableWAL = true;
    (void)db_->Delete(in_memory, shelf(Shelf::own), "nothing");
}

std::string Database::describe(const rocksdb::Status& status) const {
    return named_from(folder_.path(), status.ToString());
}

std::string Database::name_damage(const rocksdb::Status& status) const {
    const bool names_a_file =
        status.ToString().find(folder_.database().string()) != std::string::npos;
    const std::string what = describe(status);
    return names_a_file ? what : what + " in a file of " + folder_.database().filename().string();
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
