#include "host/store/write_failure.h"

#include <rocksdb/db.h>

#include <algorithm>
#include <utility>

#include "host/store/store_folder.h"

namespace qr {
namespace {

constexpr std::size_t kDamageMax = 64;

}  // namespace

std::string WriteFailure::describe(const rocksdb::Status& status) const {
    const char* kind = status.IsNoSpace() ? "the disk is full: " : "writing failed: ";
    return kind + named_from(folder_, status.ToString());
}

std::string WriteFailure::why() const {
    const std::lock_guard lock(mutex_);
    return why_;
}

Error WriteFailure::error() const {
    return {.code = Code::unavailable, .message = "the store is read-only: " + why()};
}

// The first cause is the one to name; those that follow from it say less.
void WriteFailure::set(const rocksdb::Status& status) {
    const std::lock_guard lock(mutex_);
    if (why_.empty()) why_ = describe(status);
}

void WriteFailure::clear() {
    const std::lock_guard lock(mutex_);
    if (!is_for_good_) why_.clear();
}

void WriteFailure::set_for_good(std::string why) {
    const std::lock_guard lock(mutex_);
    why_ = std::move(why);
    is_for_good_ = true;
}

bool WriteFailure::is_for_good() const {
    const std::lock_guard lock(mutex_);
    return is_for_good_;
}

std::vector<StoreDamage> WriteFailure::damage() const {
    const std::lock_guard lock(mutex_);
    return damage_;
}

void WriteFailure::OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* status) {
    using Severity = rocksdb::Status::Severity;
    if (status->IsCorruption()) {
        const std::string what =
            "found by a compaction: " + named_from(folder_, status->ToString());
        const std::lock_guard lock(mutex_);
        const auto is_same = [&](const StoreDamage& known) { return known.what == what; };
        if (damage_.size() < kDamageMax && std::ranges::none_of(damage_, is_same)) {
            damage_.push_back({.what = what});
        }
        *status = rocksdb::Status(*status, Severity::kSoftError);
        return;
    }
    // A soft error, a compaction without space, leaves the log and the memory tables at work.
    if (status->severity() <= Severity::kSoftError) return;
    *status = rocksdb::Status(*status, Severity::kHardError);
    set(*status);
}

void WriteFailure::OnFlushCompleted(rocksdb::DB*, const rocksdb::FlushJobInfo& info) {
    if (info.cf_name == rocksdb::kDefaultColumnFamilyName) disarm();
}

void WriteFailure::OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                                        bool* is_automatic) {
    *is_automatic = false;
}

}  // namespace qr
