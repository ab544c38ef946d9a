// From the hash of an id to its slot: open addressing, 8 bytes an entry, at most 80 % full.
//
// Ids themselves lie elsewhere: whoever asks says whether a slot is the one meant. Half of the hash
// is kept, so growing reads no id; the tables are many, so that none is large when it grows.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "host/collection/engine/collection_engine.h"

namespace qr {

class IdIndex {
  public:
    template <std::predicate<Slot> IsMeant>
    std::optional<Slot> find(std::uint64_t hash, IsMeant is_meant) const {
        const Table& table = tables_[table_of(hash)];
        const std::optional<std::size_t> place = place_of(table, low(hash), is_meant);
        return place ? std::optional(table.entries[*place].slot) : std::nullopt;
    }

    // An id that is not here yet.
    void insert(std::uint64_t hash, Slot slot);

    // The entry that is meant, which must be here, becomes `slot`.
    template <std::predicate<Slot> IsMeant>
    void replace(std::uint64_t hash, IsMeant is_meant, Slot slot) {
        Table& table = tables_[table_of(hash)];
        table.entries[place_of(table, low(hash), is_meant).value()].slot = slot;
    }

    template <std::predicate<Slot> IsMeant>
    void erase(std::uint64_t hash, IsMeant is_meant) {
        Table& table = tables_[table_of(hash)];
        erase_at(table, place_of(table, low(hash), is_meant).value());
    }

    std::size_t size() const { return size_; }
    std::size_t bytes() const;

  private:
    static constexpr std::size_t kTables = 64;
    static constexpr Slot kNone = std::numeric_limits<Slot>::max();

    struct Entry {
        std::uint32_t hash = 0;
        Slot slot = kNone;
    };
    struct Table {
        std::vector<Entry> entries;
        std::size_t used = 0;
    };

    static std::size_t table_of(std::uint64_t hash) { return hash >> 58; }
    static std::uint32_t low(std::uint64_t hash) { return static_cast<std::uint32_t>(hash); }
    // Where an entry with that hash would best lie: hashes keep their order.
    static std::size_t home_of(const Table& table, std::uint32_t hash) {
        return static_cast<std::size_t>((std::uint64_t{hash} * table.entries.size()) >> 32);
    }

    template <std::predicate<Slot> IsMeant>
    static std::optional<std::size_t> place_of(const Table& table, std::uint32_t hash,
                                               IsMeant is_meant) {
        if (table.entries.empty()) return std::nullopt;
        std::size_t place = home_of(table, hash);
        while (table.entries[place].slot != kNone) {
            if (table.entries[place].hash == hash && is_meant(table.entries[place].slot))
                return place;
            if (++place == table.entries.size()) place = 0;
        }
        return std::nullopt;
    }

    static void put(Table& table, Entry entry);
    static void grow(Table& table);
    void erase_at(Table& table, std::size_t hole);

    std::array<Table, kTables> tables_;
    std::size_t size_ = 0;
};

}  // namespace qr
