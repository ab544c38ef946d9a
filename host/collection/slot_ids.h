// Which document's row lies in which slot, both ways.
//
// An id leads to one slot at most; a slot keeps the id of its last row also when that is gone,
// until another row takes it: hits of a search that began before are still told apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "host/collection/engine/collection_engine.h"
#include "host/collection/id_arena.h"
#include "host/collection/id_index.h"
#include "host/collection/paged_column.h"

namespace qr {

class SlotIds {
  public:
    SlotIds();

    std::optional<Slot> find(std::string_view id) const;
    // Empty: no row ever lay there.
    std::string_view at(Slot slot) const;

    // The id leads to that slot from now on; whatever row the slot held is forgotten.
    void assign(Slot slot, std::string_view id);
    // The id leads nowhere, if it leads to this slot.
    void retire(Slot slot);

    std::size_t size() const { return index_.size(); }
    std::size_t bytes() const;

    // The ids anew without those that nobody asks for any more. Made while others read; adopt()
    // then takes no time.
    struct Copy {
        IdArena arena;
        PagedColumn<IdArena::Place> places{kNowhere};
    };
    bool is_wasteful() const;
    Copy compacted(std::size_t slots) const;
    void adopt(Copy copy);

  private:
    static constexpr IdArena::Place kNowhere = ~IdArena::Place{0};
    std::uint64_t hash(std::string_view id) const;
    auto is(std::string_view id) const {
        return [this, id](Slot slot) { return at(slot) == id; };
    }

    std::uint64_t seed_;
    IdArena arena_;
    PagedColumn<IdArena::Place> places_{kNowhere};
    IdIndex index_;
    std::size_t wasted_ = 0;  // bytes of ids that no slot names
};

}  // namespace qr
