#include "host/collection/slot_ids.h"

#include <cstring>
#include <random>
#include <utility>

namespace qr {
namespace {

constexpr std::size_t kWasteMin = std::size_t{1} << 20;

__extension__ using Wide = unsigned __int128;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

// Seeded at random: nobody can choose ids that fall into one place.
SlotIds::SlotIds() : seed_(std::random_device{}()) {
    seed_ = mix(seed_ ^ 0x9E3779B97F4A7C15U, std::random_device{}() | 0xD1B54A3200000001U);
}

std::uint64_t SlotIds::hash(std::string_view id) const {
    std::uint64_t state = seed_ ^ id.size();
    while (!id.empty()) {
        std::uint64_t word = 0;
        const std::size_t count = id.size() < sizeof word ? id.size() : sizeof word;
        std::memcpy(&word, id.data(), count);
        state = mix(state ^ word ^ 0xA0761D6478BD642FU, seed_ | 0xE7037ED1A0B428DBU);
        id.remove_prefix(count);
    }
    return mix(state ^ 0x8EBC6AF09C88C6E3U, 0x589965CC75374CC3U);
}

std::optional<Slot> SlotIds::find(std::string_view id) const {
    return index_.find(hash(id), is(id));
}

std::string_view SlotIds::at(Slot slot) const {
    const IdArena::Place place = places_.at(slot);
    return place == kNowhere ? std::string_view() : arena_.at(place);
}

void SlotIds::assign(Slot slot, std::string_view id) {
    const std::uint64_t key = hash(id);
    const std::optional<Slot> before = index_.find(key, is(id));
    const std::string_view forgotten = at(slot);
    // Two slots of one id share its bytes; what is counted twice only makes copying earlier.
    if (!forgotten.empty() && (!before || forgotten != id)) wasted_ += forgotten.size() + 1;
    if (before) {
        const IdArena::Place place = places_.at(*before);
        index_.replace(key, is(id), slot);
        places_.set(slot, place);
        return;
    }
    places_.set(slot, arena_.add(id));
    index_.insert(key, slot);
}

void SlotIds::retire(Slot slot) {
    const std::string_view id = at(slot);
    const std::uint64_t key = hash(id);
    if (index_.find(key, is(id)) == slot) index_.erase(key, [slot](Slot s) { return s == slot; });
}

std::size_t SlotIds::bytes() const {
    return arena_.bytes() + places_.bytes() + index_.bytes();
}

bool SlotIds::is_wasteful() const {
    return wasted_ > kWasteMin && wasted_ > arena_.bytes() / 2;
}

SlotIds::Copy SlotIds::compacted(std::size_t slots) const {
    Copy copy;
    for (std::size_t slot = 0; slot < slots; ++slot) {
        const std::string_view id = at(static_cast<Slot>(slot));
        if (!id.empty()) copy.places.set(slot, copy.arena.add(id));
    }
    return copy;
}

void SlotIds::adopt(Copy copy) {
    arena_ = std::move(copy.arena);
    places_ = std::move(copy.places);
    wasted_ = 0;
}

}  // namespace qr
