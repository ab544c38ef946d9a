// Why a store does not write, and what has gone wrong behind the scenes.
//
// The database tells of failures from its own threads; its rules for them are turned into ours
// here. A write that failed stops all writing until recover(): nothing resumes by itself, so that
// no commit succeeds between a failure and the moment when somebody looked at it. A failed sync is
// no worse than a full disk: recover() writes all that is in memory to new files and gives the log
// up. Damage that a compaction meets stops nothing: it is kept for the condition.
#pragma once

#include <rocksdb/listener.h>

#include <atomic>
#include <filesystem>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "host/base/error.h"
#include "host/store/store.h"

namespace qr {

class WriteFailure final : public rocksdb::EventListener {
  public:
    // Files of `folder` are named from there.
    explicit WriteFailure(std::filesystem::path folder = {}) : folder_(std::move(folder)) {}

    // "the disk is full: ..." or "writing failed: ...".
    std::string describe(const rocksdb::Status& status) const;
    // Empty: it writes.
    std::string why() const;
    Error error() const;
    void set(const rocksdb::Status& status);
    void clear();
    // Nothing clears that.
    void set_for_good(std::string why);
    bool is_for_good() const;
    // What compactions met, the first few kinds of it.
    std::vector<StoreDamage> damage() const;

    void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* status) override;
    // Whether the shelf of the store's own was written out since the last time, or never asked of.
    bool take_disarmed() { return is_disarmed_.exchange(false); }
    void disarm() { is_disarmed_ = true; }
    void OnFlushCompleted(rocksdb::DB* db, const rocksdb::FlushJobInfo& info) override;
    void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason reason, rocksdb::Status status,
                              bool* is_automatic) override;

  private:
    const std::filesystem::path folder_;
    std::atomic<bool> is_disarmed_{true};
    mutable std::mutex mutex_;
    std::string why_;
    bool is_for_good_ = false;
    std::vector<StoreDamage> damage_;
};

}  // namespace qr
