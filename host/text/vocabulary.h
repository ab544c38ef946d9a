// The pieces of words that a WordPiece model knows, found by their bytes.
//
// Two open-addressing tables without a pointer to chase: a slot holds the first eight bytes of its
// piece, and most pieces are no longer. Ahead of each lies a small bitmap that stays in the nearest
// cache and turns away nearly all that no table holds. Immutable once made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qr {

class PieceTable {
  public:
    static constexpr std::uint32_t kNone = 0xFFFFFFFFU;
    // Readable bytes that must follow the end of whatever is looked up: it is loaded in words.
    static constexpr std::size_t kReadAhead = 8;

    struct Piece {
        std::string_view bytes;  // 1 to 2^16 - 1, each only once
        std::uint32_t id = 0;
    };
    PieceTable() = default;
    explicit PieceTable(const std::vector<Piece>& pieces);

    // The longest piece that begins `bytes`, not longer than size.
    struct Match {
        std::uint32_t id = kNone;
        std::size_t size = 0;
    };
    Match longest(const char* bytes, std::size_t size) const;

  private:
    struct Slot {
        std::uint64_t head = 0;  // the first eight bytes, what is missing 0
        std::uint32_t id = kNone;
        std::uint16_t size = 0;
    };
    void insert(const Piece& piece);
    std::uint32_t look_up(std::uint64_t hash, std::uint64_t head, const char* bytes,
                          std::size_t size) const;
    bool has_tail(const Slot& slot, const char* bytes) const;

    std::vector<Slot> slots_ = std::vector<Slot>(1);
    std::vector<std::uint64_t> filter_ = std::vector<std::uint64_t>(1);
    std::uint64_t slot_mask_ = 0;
    std::uint64_t filter_mask_ = 0;
    std::size_t size_max_ = 0;
    std::vector<std::uint32_t> tails_;  // by id, where in arena_ the piece begins
    std::string arena_;                 // pieces longer than a head
};

}  // namespace qr
