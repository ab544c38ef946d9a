// A walk over a shelf that goes on behind damage.
//
// The database's iterator stops for good at a block or blob that fails its checksum. This one then
// reads on with those checksums off, a key at a time, until the strict iterator can take over
// again: values carry a checksum of their own, so that each of them is told from its damaged
// neighbour and named. Where not even that gives a key it looks for the next one that can be
// reached.
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
                  std::shared_ptr<const void> keeps, Shelf shelf, std::string_view prefix);

    bool next() override;
    std::string_view key() const override;
    std::string_view value() const override { return value_; }
    const std::vector<StoreDamage>& damage() const override { return damage_; }

  private:
    enum class Checks : std::uint8_t { strict, own_alone };
    std::unique_ptr<rocksdb::Iterator> make_iterator(Checks checks) const;

    bool advance();  // here_ at the next key, damaged or not; false: there is none
    bool advance_damaged();
    bool leave_damage();
    bool leap();
    bool is_out_of_reach(std::string_view key);
    bool take();  // the value at here_, checked
    void begin_damage();
    void end_damage();

    const std::shared_ptr<const Database> database_;
    const std::shared_ptr<const void> keeps_;
    const Shelf shelf_;
    const std::string prefix_;
    const std::string end_;  // the first key behind the prefix; empty: no end
    rocksdb::Slice end_slice_;
    rocksdb::ReadOptions options_;

    std::unique_ptr<rocksdb::Iterator> strict_;
    std::unique_ptr<rocksdb::Iterator> lenient_;  // there while the strict one is stuck
    rocksdb::Iterator* here_ = nullptr;
    std::string from_;        // where damage is passed: all below it was given out or given up
    std::string why_;         // of the damage that is being passed
    std::size_t passed_ = 0;  // keys given out while passing it
    std::size_t named_ = 0;   // of damage_, when it began
    std::string_view value_;
    std::vector<StoreDamage> damage_;
};

}  // namespace qr
