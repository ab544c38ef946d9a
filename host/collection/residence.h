// A collection's rows in memory: the engine's table and all that is known of its slots.
//
// One writer at a time, who prepares at leisure and then publishes under the lock; readers hold it
// shared while they take a view and a mask together, which therefore belong to the same moment. A
// row that was appended and not yet published is in no mask.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/collection/collection.h"
#include "host/collection/collection_memory.h"
#include "host/collection/document.h"
#include "host/collection/expiry_queue.h"
#include "host/collection/number_columns.h"
#include "host/collection/paged_column.h"
#include "host/collection/row_mask.h"
#include "host/collection/slot_ids.h"
#include "host/collection/tag_sets.h"

namespace qr {

struct LiveRow {
    Slot slot = 0;
    std::uint64_t number = 0;
    WallSeconds expires_at = kNever;
};

// A row of the table that becomes the document's.
struct NewRow {
    Slot slot = 0;
    std::uint64_t number = 0;
    const Document* document = nullptr;
};

struct MovedRow {
    Slot from = 0;
    Slot to = 0;
};

class Residence {
  public:
    Residence(std::unique_ptr<Table> table, std::shared_ptr<CollectionMemory> budget);

    // For readers, from any thread.
    SearchGround ground(const Filter& filter, WallSeconds now) const;
    std::optional<LiveRow> find(std::string_view id, WallSeconds now) const;
    // The first id that nobody has, or all their slots.
    struct FoundRows {
        NamedRows rows;
        std::optional<std::size_t> missing;  // index of that id
    };
    FoundRows find_all(std::span<const std::string> ids, WallSeconds now) const;
    std::vector<std::string> ids(std::span<const Hit> hits) const;
    std::size_t documents(WallSeconds now) const;
    std::size_t rows() const;  // of documents, expired ones among them
    // Blocks in use and the rows in them that nobody needs.
    BlockCount blocks() const;
    std::size_t bytes() const;
    std::size_t bytes_per_row() const { return table_->memory().bytes_per_row; }
    const TableLayout& layout() const { return table_->layout(); }

    // For the one writer.
    Table& table() { return *table_; }
    MemoryShare& memory() { return memory_; }
    std::optional<LiveRow> find_even_expired(std::string_view id) const;
    LiveRow row(Slot slot) const;
    bool has_number_name(std::string_view name) const { return numbers_.has(name); }
    std::size_t number_names() const { return numbers_.names(); }
    bool is_alive(Slot slot) const;
    std::vector<Slot> expired(WallSeconds now) const;
    const RowMask& alive() const { return alive_; }
    std::size_t slots() const { return slots_; }

    // Added rows replace those of the same id; rows that are gone are given back to the table, as
    // are those that were moved from.
    void publish(std::span<const NewRow> added, std::span<const Slot> gone);
    void publish(std::span<const MovedRow> moved);
    // Rows that were appended and are not wanted.
    void abandon(std::span<const Slot> slots);
    // What only costs memory: ids that nobody asks for, times that no longer hold.
    void compact_memory();

  private:
    // With the lock held.
    std::shared_ptr<const RowMask> alive_at(WallSeconds now) const;
    std::optional<LiveRow> look_up(std::string_view id) const;
    LiveRow row_at(Slot slot) const;
    // Of due rows, those that hold, each once.
    std::vector<Slot> due_slots(const ExpiryQueue::Due& due) const;
    void add(const NewRow& row);
    void move(const MovedRow& row);
    void raise(Slot slot, WallSeconds expires_at);
    void bury(Slot slot);
    // Takes some of the times off the queue that no longer hold.
    void shed_times(std::size_t changes);

    const std::unique_ptr<Table> table_;
    MemoryShare memory_;

    mutable std::shared_mutex lock_;
    SlotIds ids_;
    PagedColumn<std::uint64_t> insertions_{0};
    PagedColumn<WallSeconds> expiries_{kNever};
    TagSets tags_;
    NumberColumns numbers_;
    ExpiryQueue queue_;
    RowMask alive_;
    std::size_t slots_ = 0;  // every slot that was ever published is below
    std::size_t living_ = 0;
    std::size_t mortal_ = 0;  // of them, those that expire
    std::uint64_t changes_ = 0;

    // The mask without a filter, kept until a change or an expiry.
    mutable std::mutex kept_lock_;
    mutable std::shared_ptr<const RowMask> kept_;
    mutable std::uint64_t kept_changes_ = 0;
    mutable WallSeconds kept_until_ = 0;
};

}  // namespace qr
