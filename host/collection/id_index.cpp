#include "host/collection/id_index.h"

#include <algorithm>
#include <utility>

namespace qr {

void IdIndex::insert(std::uint64_t hash, Slot slot) {
    Table& table = tables_[table_of(hash)];
    if ((table.used + 1) * 5 > table.entries.size() * 4) grow(table);
    put(table, {low(hash), slot});
    ++table.used;
    ++size_;
}

void IdIndex::put(Table& table, Entry entry) {
    std::size_t place = home_of(table, entry.hash);
    while (table.entries[place].slot != kNone) {
        if (++place == table.entries.size()) place = 0;
    }
    table.entries[place] = entry;
}

void IdIndex::grow(Table& table) {
    const std::size_t size = std::max(std::size_t{8}, table.entries.size() * 3 / 2);
    const std::vector<Entry> old = std::exchange(table.entries, std::vector<Entry>(size));
    for (const Entry& entry : old) {
        if (entry.slot != kNone) put(table, entry);
    }
}

// Entries behind the hole move into it unless that would put them before their home.
void IdIndex::erase_at(Table& table, std::size_t hole) {
    const std::size_t size = table.entries.size();
    std::size_t place = hole;
    while (true) {
        if (++place == size) place = 0;
        const Entry& entry = table.entries[place];
        if (entry.slot == kNone) break;
        const std::size_t from_home = (place + size - home_of(table, entry.hash)) % size;
        const std::size_t from_hole = (place + size - hole) % size;
        if (from_home < from_hole) continue;
        table.entries[hole] = entry;
        hole = place;
    }
    table.entries[hole] = {};
    --table.used;
    --size_;
}

std::size_t IdIndex::bytes() const {
    std::size_t bytes = sizeof *this;
    for (const Table& table : tables_)
        bytes += table.entries.capacity() * sizeof(Entry);
    return bytes;
}

}  // namespace qr
