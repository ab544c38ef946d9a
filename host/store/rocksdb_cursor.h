// A walk over a shelf that goes on behind damage.
//
// The database's iterator stops for good at a block that fails its checksum, a few KB of keys and
// values. This one then goes on at the first key that can be reached again, and tells what lay
// between as a stretch. What is in the block is never parsed: the database trusts what has passed
// its checksums, and ends the process at what has not.
#pragma once

#include <rocksdb/iterator.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/store/database.h"
#include "host/store/store.h"

namespace qr {

class RocksDbCursor final : public StoreCursor {
  public:
    // `snapshot` is of `database` and lives as long as `keeps`.
    RocksDbCursor(std::shared_ptr<const Database> database, const rocksdb::Snapshot* snapshot,
                  std::shared_ptr<const void> keeps, Shelf shelf, KeyRange keys);

    bool next() override;
    std::string_view key() const override;
    std::string_view value() const override { return value_; }
    const std::vector<StoreDamage>& damage() const override { return damage_; }

  private:
    void advance();      // at_ to the next key, or to damage, or to the end
    bool take();         // the value, checked
    bool pass_damage();  // false: nothing behind it can be reached
    std::string first_in_reach();
    bool is_out_of_reach(std::string_view key);
    void seek(std::string_view key);

    const std::shared_ptr<const Database> database_;
    const std::shared_ptr<const void> keeps_;
    const Shelf shelf_;
    const std::string end_;  // of the range; empty: no end
    const rocksdb::Slice end_slice_;
    rocksdb::ReadOptions options_;
    std::unique_ptr<rocksdb::Iterator> at_;
    std::string from_;        // all keys below it were given out or given up
    bool is_sought_ = false;  // at_ stands at or behind from_ already
    std::string_view value_;
    std::vector<StoreDamage> damage_;
};

}  // namespace qr
