#include "host/store/rocksdb_cursor.h"

#include <algorithm>
#include <utility>

#include "host/store/frame.h"
#include "host/store/key_text.h"

namespace qr {
namespace {

constexpr std::size_t kReadAheadBytes = std::size_t{2} << 20;
// Bytes of a key beyond its common prefix that a leap over damage tells apart.
constexpr std::size_t kLeapBytesMax = 16;
constexpr std::size_t kDamageMax = 100'000;  // named; a walk that meets more ends there

std::string_view view(const rocksdb::Slice& slice) {
    return {slice.data(), slice.size()};
}
rocksdb::Slice slice(std::string_view view) {
    return {view.data(), view.size()};
}

std::size_t common_bytes(std::string_view a, std::string_view b) {
    return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

}  // namespace

RocksDbCursor::RocksDbCursor(std::shared_ptr<const Database> database,
                             const rocksdb::Snapshot* snapshot, std::shared_ptr<const void> keeps,
                             Shelf shelf, std::string_view prefix)
    : database_(std::move(database)),
      keeps_(std::move(keeps)),
      shelf_(shelf),
      prefix_(prefix),
      end_(behind_prefix(prefix)),
      end_slice_(end_) {
    options_.snapshot = snapshot;
    options_.fill_cache = false;
    options_.readahead_size = kReadAheadBytes;
    if (!end_.empty()) options_.iterate_upper_bound = &end_slice_;
}

std::unique_ptr<rocksdb::Iterator> RocksDbCursor::make_iterator(Checks checks) const {
    rocksdb::ReadOptions options = options_;
    options.verify_checksums = checks == Checks::strict;
    return std::unique_ptr<rocksdb::Iterator>(
        database_->db().NewIterator(options, database_->shelf(shelf_)));
}

std::string_view RocksDbCursor::key() const {
    return view(here_->key());
}

bool RocksDbCursor::next() {
    while (damage_.size() < kDamageMax && advance()) {
        if (take()) return true;
    }
    end_damage();
    return false;
}

bool RocksDbCursor::take() {
    const auto value = unframe(shelf_, key(), view(here_->value()));
    if (lenient_) ++passed_;
    if (value) {
        value_ = *value;
        return true;
    }
    damage_.push_back({shelf_, std::string(key()), value.error().message});
    return false;
}

bool RocksDbCursor::advance() {
    if (lenient_) return advance_damaged();
    if (!strict_) {
        strict_ = make_iterator(Checks::strict);
        from_ = prefix_;
        strict_->Seek(slice(prefix_));
    } else if (strict_->Valid()) {
        from_.assign(key()).push_back('\0');
        strict_->Next();
    }
    here_ = strict_.get();
    if (strict_->Valid()) return true;
    if (strict_->status().ok()) return false;
    begin_damage();
    return advance_damaged();
}

void RocksDbCursor::begin_damage() {
    why_ = strict_->status().ToString();
    named_ = damage_.size();
    passed_ = 0;
    lenient_ = make_iterator(Checks::own_alone);
}

// One value alone, named, is all that was wrong. Otherwise keys may have been lost unseen.
void RocksDbCursor::end_damage() {
    if (!lenient_) return;
    lenient_.reset();
    const bool is_one_value = passed_ == 1 && damage_.size() == named_ + 1;
    if (is_one_value) {
        damage_.back().what += " (" + why_ + ")";
    } else {
        damage_.push_back({.shelf = shelf_, .what = why_});
    }
}

bool RocksDbCursor::advance_damaged() {
    if (here_ == lenient_.get()) {
        from_.assign(key()).push_back('\0');
        if (leave_damage()) return strict_->Valid();
    }
    lenient_->Seek(slice(from_));
    here_ = lenient_.get();
    if (lenient_->Valid()) return true;
    if (lenient_->status().ok() || !leap()) {
        end_damage();
        return false;
    }
    return leave_damage() && strict_->Valid();
}

// Whether the strict iterator reads on at from_, be it that nothing comes there.
bool RocksDbCursor::leave_damage() {
    if (is_out_of_reach(from_)) return false;
    end_damage();
    here_ = strict_.get();
    return true;
}

bool RocksDbCursor::is_out_of_reach(std::string_view key) {
    strict_->Seek(slice(key));
    return !strict_->Valid() && !strict_->status().ok();
}

// from_ to the first key that can be reached again, by bisection, a byte at a time: `reached` stays
// the largest key known to be out of reach. False: there is none.
bool RocksDbCursor::leap() {
    std::string reached(from_, 0, common_bytes(from_, end_));
    bool is_beyond = false;  // of from_: below it everything was read
    for (std::size_t digit = 0; digit < kLeapBytesMax; ++digit) {
        const std::size_t at = reached.size();
        unsigned low = !is_beyond && at < from_.size() ? static_cast<unsigned char>(from_[at]) : 0;
        unsigned high = 256;  // the first that is in reach
        const unsigned first = low;
        reached.push_back('\0');
        while (high - low > 1) {
            const unsigned middle = (low + high) / 2;
            reached[at] = static_cast<char>(middle);
            (is_out_of_reach(reached) ? low : high) = middle;
        }
        reached[at] = static_cast<char>(low);
        is_beyond = is_beyond || low > first;
    }
    const std::string next = behind_prefix(reached);
    if (next.empty() || (!end_.empty() && next >= end_)) return false;
    from_ = next;
    return !is_out_of_reach(from_);
}

}  // namespace qr
