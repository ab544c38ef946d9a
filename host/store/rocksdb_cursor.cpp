#include "host/store/rocksdb_cursor.h"

#include <algorithm>
#include <utility>

#include "host/store/frame.h"
#include "host/store/key_text.h"

namespace qr {
namespace {

constexpr std::size_t kReadAheadBytes = std::size_t{2} << 20;
// Bytes of a key, beyond what all keys between damage and end begin with, that a leap tells apart.
constexpr std::size_t kLeapBytesMax = 16;
constexpr std::size_t kDamageMax = 100'000;  // that a walk names; one that meets more ends there

rocksdb::Slice slice(std::string_view view) {
    return {view.data(), view.size()};
}

}  // namespace

RocksDbCursor::RocksDbCursor(std::shared_ptr<const Database> database,
                             const rocksdb::Snapshot* snapshot, std::shared_ptr<const void> keeps,
                             Shelf shelf, KeyRange keys)
    : database_(std::move(database)),
      keeps_(std::move(keeps)),
      shelf_(shelf),
      end_(std::move(keys.end)),
      end_slice_(end_),
      from_(std::move(keys.begin)) {
    options_.snapshot = snapshot;
    options_.fill_cache = false;
    options_.readahead_size = kReadAheadBytes;
    if (!end_.empty()) options_.iterate_upper_bound = &end_slice_;
    at_.reset(database_->db().NewIterator(options_, database_->shelf(shelf)));
}

std::string_view RocksDbCursor::key() const {
    return {at_->key().data(), at_->key().size()};
}

bool RocksDbCursor::next() {
    while (damage_.size() < kDamageMax) {
        advance();
        if (at_->Valid()) {
            if (take()) return true;
        } else if (at_->status().ok() || !pass_damage()) {
            return false;
        }
    }
    return false;
}

void RocksDbCursor::advance() {
    if (!is_sought_) {
        seek(from_);
        is_sought_ = true;
    } else if (at_->Valid()) {
        from_.assign(key()).push_back('\0');
        at_->Next();
    }
}

bool RocksDbCursor::take() {
    const auto value = unframe(shelf_, key(), {at_->value().data(), at_->value().size()});
    if (value) {
        value_ = *value;
    } else {
        damage_.push_back({shelf_, std::string(key()), value.error().message});
    }
    return value.ok();
}

bool RocksDbCursor::pass_damage() {
    const std::string why = database_->name_damage(at_->status());
    const std::string next = first_in_reach();
    damage_.push_back(
        {.shelf = shelf_,
         .what = "keys from '" + key_text(from_) + "' to before '" + key_text(next) + "': " + why});
    if (next.empty()) return false;
    from_ = next;
    is_sought_ = false;
    return true;
}

// An iterator that has met damage keeps its error: the next seek needs another.
void RocksDbCursor::seek(std::string_view key) {
    if (!at_ || !at_->status().ok()) {
        at_.reset(database_->db().NewIterator(options_, database_->shelf(shelf_)));
    }
    at_->Seek(slice(key));
}

bool RocksDbCursor::is_out_of_reach(std::string_view key) {
    if (key <= from_) return true;
    if (!end_.empty() && key >= end_) return false;
    seek(key);
    return !at_->Valid() && !at_->status().ok();
}

// By bisection, a byte at a time: `lost` stays the largest key known to be out of reach, and the
// key behind it is the answer. Empty: all the rest is out of reach.
std::string RocksDbCursor::first_in_reach() {
    std::string lost;
    for (std::size_t digits = 0; digits < kLeapBytesMax;) {
        unsigned low = 0;
        unsigned high = 256;
        lost.push_back('\0');
        while (high - low > 1) {
            const unsigned middle = (low + high) / 2;
            lost.back() = static_cast<char>(middle);
            (is_out_of_reach(lost) ? low : high) = middle;
        }
        lost.back() = static_cast<char>(low);
        if (!end_.starts_with(lost) && !from_.starts_with(lost)) ++digits;
    }
    const std::string next = behind_prefix(lost);
    return !end_.empty() && next >= end_ ? std::string() : next;
}

}  // namespace qr
