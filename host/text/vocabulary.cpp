#include "host/text/vocabulary.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "host/base/check.h"
#include "host/base/narrow.h"

namespace qr {
namespace {

static_assert(std::endian::native == std::endian::little, "heads are compared as they are loaded");

constexpr std::size_t kHead = sizeof(std::uint64_t);
constexpr std::uint64_t kMix = 0x9E3779B97F4A7C15U;   // odd, of no pattern
constexpr std::uint64_t kStir = 0xD6E8FEB86659FD93U;  // another
constexpr std::size_t kFilterBitsAPiece = 8;          // one in eight is let through in vain
constexpr unsigned kFilterShift = 40;                 // other bits than those that pick the slot

std::uint64_t load(const char* bytes) {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return value;
}

std::uint64_t head_of(const char* bytes, std::size_t size) {
    const std::uint64_t value = load(bytes);
    return size >= kHead ? value : value & ((std::uint64_t{1} << (8 * size)) - 1);
}

std::uint64_t hash_of(std::uint64_t head, const char* bytes, std::size_t size) {
    std::uint64_t hash = (head ^ size) * kMix;
    if (size > kHead) {
        for (std::size_t at = kHead; at + kHead < size; at += kHead)
            hash = (std::rotl(hash, 29) ^ load(bytes + at)) * kStir;
        hash = (std::rotl(hash, 29) ^ load(bytes + size - kHead)) * kMix;
    }
    return hash ^ (hash >> 29);
}

}  // namespace

PieceTable::PieceTable(const std::vector<Piece>& pieces) {
    const std::size_t slots = std::bit_ceil(2 * pieces.size() + 2);
    const std::size_t bits =
        std::bit_ceil(std::max(kFilterBitsAPiece * pieces.size(), std::size_t{64}));
    slots_.assign(slots, {});
    slot_mask_ = slots - 1;
    filter_.assign(bits / 64, 0);
    filter_mask_ = bits - 1;
    std::uint32_t ids = 0;
    for (const Piece& piece : pieces)
        ids = std::max(ids, piece.id + 1);
    tails_.assign(ids, 0);
    for (const Piece& piece : pieces)
        insert(piece);
    arena_.append(kReadAhead, '\0');
}

void PieceTable::insert(const Piece& piece) {
    QR_CHECK(!piece.bytes.empty());
    const std::size_t size = piece.bytes.size();
    tails_[piece.id] = narrow<std::uint32_t>(arena_.size());
    std::string padded(piece.bytes);
    padded.append(kReadAhead, '\0');
    if (size > kHead) arena_ += piece.bytes;
    const std::uint64_t head = head_of(padded.data(), size);
    const std::uint64_t hash = hash_of(head, padded.data(), size);
    std::uint64_t at = hash & slot_mask_;
    while (slots_[at].id != kNone)
        at = (at + 1) & slot_mask_;
    slots_[at] = {head, piece.id, narrow<std::uint16_t>(size)};
    const std::uint64_t bit = (hash >> kFilterShift) & filter_mask_;
    filter_[bit / 64] |= std::uint64_t{1} << (bit % 64);
    size_max_ = std::max(size_max_, size);
}

// Of pieces longer than a head.
bool PieceTable::has_tail(const Slot& slot, const char* bytes) const {
    const char* const piece = arena_.data() + tails_[slot.id];
    if (slot.size <= 2 * kHead)
        return load(piece + slot.size - kHead) == load(bytes + slot.size - kHead);
    return std::memcmp(piece, bytes, slot.size) == 0;
}

std::uint32_t PieceTable::look_up(std::uint64_t hash, std::uint64_t head, const char* bytes,
                                  std::size_t size) const {
    const Slot* const slots = slots_.data();
    for (std::uint64_t at = hash & slot_mask_; slots[at].id != kNone; at = (at + 1) & slot_mask_) {
        const Slot& slot = slots[at];
        if (slot.head == head && slot.size == size && (size <= kHead || has_tail(slot, bytes)))
            return slot.id;
    }
    return kNone;
}

PieceTable::Match PieceTable::longest(const char* bytes, std::size_t size) const {
    std::size_t tried = std::min(size, size_max_);
    if (tried == 0) return {};
    const std::uint64_t whole = head_of(bytes, tried);
    const std::uint32_t id = look_up(hash_of(whole, bytes, tried), whole, bytes, tried);
    if (id != kNone) return {id, tried};  // most words are pieces: the filter would be in the way
    const std::uint64_t* const filter = filter_.data();
    while (--tried > 0) {
        const std::uint64_t head = head_of(bytes, tried);
        const std::uint64_t hash = hash_of(head, bytes, tried);
        const std::uint64_t bit = (hash >> kFilterShift) & filter_mask_;
        if ((filter[bit / 64] >> (bit % 64) & 1) == 0) continue;
        const std::uint32_t shorter = look_up(hash, head, bytes, tried);
        if (shorter != kNone) return {shorter, tried};
    }
    return {};
}

}  // namespace qr
