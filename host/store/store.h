// Durable ordered keys and values: what collections are kept in.
//
// One invariant: once commit() has returned, its whole batch is on the disk and survives the loss
// of the process or of the machine; before that, after a crash, either all of it or nothing is
// there. Values carry their own checksum, so that a damaged one is named and the others still read.
// What keys and values mean is host/collection's business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.h"

namespace qr {

inline constexpr std::size_t kStoreKeyBytesMax = 1024;
inline constexpr std::size_t kStoreValueBytesMax = std::size_t{4} << 20;

// Small records and the numbers of vectors have different needs: how often they are read, and how
// large they are. What stores keep for themselves, such as wrapped keys, is on the third.
enum class Shelf : std::uint8_t { records, vectors, own };
inline constexpr std::size_t kShelves = 3;
std::string_view to_string(Shelf shelf);

struct StoreWrite {
    Shelf shelf = Shelf::records;
    std::string key;                   // 1 to kStoreKeyBytesMax bytes, in the order of memcmp
    std::optional<std::string> value;  // none: the key is removed
};

// Applied in order; of two writes of a key the later counts.
struct StoreBatch {
    std::vector<StoreWrite> writes;
};

// Something on the disk that does not read as it was written.
struct StoreDamage {
    Shelf shelf = Shelf::records;
    std::string key;   // of the damaged value; empty: a stretch of keys is lost
    std::string what;  // the file and what is wrong with it
};

// Keys from `begin` to before `end`, in the order of memcmp.
struct KeyRange {
    std::string begin;
    std::string end;  // empty: to the last one
};

// All that begin with `prefix`.
KeyRange keys_with(std::string_view prefix);

// A walk over a range of a shelf's keys, in ascending order, as they were when the walk began.
class StoreCursor {
  public:
    virtual ~StoreCursor() = default;
    // The next key whose value reads, or false at the end. Damage on the way is passed over and
    // kept for damage().
    virtual bool next() = 0;
    virtual std::string_view key() const = 0;    // valid until next()
    virtual std::string_view value() const = 0;  // likewise
    virtual const std::vector<StoreDamage>& damage() const = 0;
};

// All shelves at one moment, whatever is written meanwhile. Cheap; holds back reclaiming of disk
// space while it lives.
class StoreView {
  public:
    virtual ~StoreView() = default;
    // None: there is no such key. Errors: `internal`, a damaged value, named.
    virtual Result<std::optional<std::string>> get(Shelf shelf, std::string_view key) const = 0;
    virtual std::unique_ptr<StoreCursor> walk(Shelf shelf, KeyRange keys) const = 0;
};

struct StoreCondition {
    bool is_writable = true;
    std::string why_not;           // "the disk is full: ..."; empty when writable
    std::uint64_t disk_bytes = 0;  // that the store takes
    std::uint64_t syncs = 0;       // since it was opened
    std::uint64_t commits = 0;
    std::vector<StoreDamage> damage;  // found by opening it: committed batches that are lost
};

class Store {
  public:
    virtual ~Store() = default;

    // Durable when it returns. Thread-safe: commits that wait together share one sync. Errors:
    // `unavailable` (the disk is full, or failed: nothing of the batch is seen, and every commit
    // fails until recover() succeeds; should the process end before that, then its successor sees
    // all of the batch or nothing, as after a crash), `internal` (a key or value out of bounds).
    virtual Result<void> commit(const StoreBatch& batch) = 0;

    virtual std::shared_ptr<const StoreView> view() const = 0;

    // Gives the space of removed keys with that prefix back to the disk. Blocking, minutes on large
    // stores; reads and commits go on.
    virtual Result<void> compact(Shelf shelf, std::string_view prefix) = 0;

    // Tries to write again after a failure. Cheap to ask when nothing is wrong. Errors:
    // `unavailable`, with what is still wrong.
    virtual Result<void> recover() = 0;

    virtual StoreCondition condition() const = 0;
};

}  // namespace qr
