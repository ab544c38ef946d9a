#include "host/collection/residence.h"

#include <algorithm>
#include <utility>

#include "host/base/check.h"
#include "host/collection/row_filter.h"

namespace qr {
namespace {

constexpr std::size_t kStaleExpiriesMin = 1024;

}  // namespace

Residence::Residence(std::unique_ptr<Table> table, std::shared_ptr<CollectionMemory> budget)
    : table_(std::move(table)), memory_(std::move(budget)) {}

SearchGround Residence::ground(const Filter& filter, WallSeconds now) const {
    const std::shared_lock lock(lock_);
    SearchGround ground{.view = table_->view(), .mask = alive_at(now)};
    if (!filter.is_empty())
        ground.mask =
            std::make_shared<const RowMask>(filtered(filter, *ground.mask, tags_, numbers_));
    return ground;
}

std::shared_ptr<const RowMask> Residence::alive_at(WallSeconds now) const {
    const std::lock_guard lock(kept_lock_);
    if (kept_ && kept_changes_ == changes_ && now < kept_until_) return kept_;
    RowMask mask = alive_;
    const ExpiryQueue::Due due = queue_.due(now);
    for (const Slot slot : due_slots(due))
        mask[slot / kMaskWordBits] &= ~(std::uint64_t{1} << slot % kMaskWordBits);
    kept_ = std::make_shared<const RowMask>(std::move(mask));
    kept_changes_ = changes_;
    kept_until_ = due.next_at;
    return kept_;
}

std::vector<Slot> Residence::due_slots(const ExpiryQueue::Due& due) const {
    std::vector<Slot> slots;
    for (const ExpiryQueue::Entry& entry : due.entries) {
        if (is_alive(entry.slot) && expiries_.at(entry.slot) == entry.expires_at)
            slots.push_back(entry.slot);
    }
    std::ranges::sort(slots);
    slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
    return slots;
}

bool Residence::is_alive(Slot slot) const {
    return is_set(alive_, slot);
}

LiveRow Residence::row_at(Slot slot) const {
    return {.slot = slot, .number = insertions_.at(slot), .expires_at = expiries_.at(slot)};
}

std::optional<LiveRow> Residence::look_up(std::string_view id) const {
    const std::optional<Slot> slot = ids_.find(id);
    return slot ? std::optional(row_at(*slot)) : std::nullopt;
}

std::optional<LiveRow> Residence::find(std::string_view id, WallSeconds now) const {
    const std::shared_lock lock(lock_);
    const std::optional<LiveRow> row = look_up(id);
    return row && row->expires_at > now ? row : std::nullopt;
}

// Nobody but the caller changes what this reads.
std::optional<LiveRow> Residence::find_even_expired(std::string_view id) const {
    return look_up(id);
}
LiveRow Residence::row(Slot slot) const {
    return row_at(slot);
}

Residence::FoundRows Residence::find_all(std::span<const std::string> ids, WallSeconds now) const {
    const std::shared_lock lock(lock_);
    FoundRows found{.rows = {.view = table_->view(), .slots = {}}, .missing = {}};
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const std::optional<LiveRow> row = look_up(ids[i]);
        if (!row || row->expires_at <= now) {
            found.missing = i;
            return found;
        }
        found.rows.slots.push_back(row->slot);
    }
    return found;
}

std::vector<std::string> Residence::ids(std::span<const Hit> hits) const {
    const std::shared_lock lock(lock_);
    std::vector<std::string> ids;
    ids.reserve(hits.size());
    for (const Hit& hit : hits) {
        QR_CHECK(insertions_.at(hit.slot) == hit.number);
        ids.emplace_back(ids_.at(hit.slot));
    }
    return ids;
}

std::size_t Residence::documents(WallSeconds now) const {
    const std::shared_lock lock(lock_);
    return living_ - due_slots(queue_.due(now)).size();
}

std::size_t Residence::rows() const {
    const std::shared_lock lock(lock_);
    return living_;
}

BlockCount Residence::blocks() const {
    const std::shared_lock lock(lock_);
    return count_blocks(alive_, slots_);
}

std::size_t Residence::bytes() const {
    const std::shared_lock lock(lock_);
    return table_->memory().bytes + ids_.bytes() + insertions_.bytes() + expiries_.bytes() +
           tags_.bytes() + numbers_.bytes() + queue_.bytes() +
           2 * alive_.size() * sizeof(alive_[0]);  // and the mask that is kept
}

std::vector<Slot> Residence::expired(WallSeconds now) const {
    return due_slots(queue_.due(now));
}

void Residence::publish(std::span<const NewRow> added, std::span<const Slot> gone) {
    {
        const std::lock_guard lock(lock_);
        for (const NewRow& row : added)
            add(row);
        for (const Slot slot : gone)
            bury(slot);
        shed_times(added.size() + gone.size());
        ++changes_;
    }
    table_->release(gone);
    memory_.settle(bytes());
}

void Residence::publish(std::span<const MovedRow> moved) {
    std::vector<Slot> gone;
    {
        const std::lock_guard lock(lock_);
        for (const MovedRow& row : moved) {
            move(row);
            bury(row.from);
            gone.push_back(row.from);
        }
        shed_times(moved.size());
        ++changes_;
    }
    table_->release(gone);
    memory_.settle(bytes());
}

void Residence::abandon(std::span<const Slot> slots) {
    table_->release(slots);
    memory_.settle(bytes());
}

void Residence::add(const NewRow& row) {
    const DocumentFields& fields = row.document->fields;
    raise(row.slot, fields.expires_at.value_or(kNever));
    insertions_.set(row.slot, row.number);
    ids_.assign(row.slot, row.document->id);
    tags_.add(row.slot, fields.tags);
    numbers_.set(row.slot, fields.numbers);
}

void Residence::move(const MovedRow& row) {
    raise(row.to, expiries_.at(row.from));
    insertions_.set(row.to, insertions_.at(row.from));
    const std::string id(ids_.at(row.from));
    ids_.assign(row.to, id);
    tags_.copy(row.from, row.to);
    numbers_.copy(row.from, row.to);
}

void Residence::raise(Slot slot, WallSeconds expires_at) {
    QR_CHECK(!is_alive(slot));
    if (slot >= slots_) slots_ = std::size_t{slot} + 1;
    if (alive_.size() * kMaskWordBits < slots_)
        alive_.resize((slots_ + kMaskWordBits - 1) / kMaskWordBits);
    alive_[slot / kMaskWordBits] |= std::uint64_t{1} << slot % kMaskWordBits;
    ++living_;
    expiries_.set(slot, expires_at);
    if (expires_at == kNever) return;
    queue_.push({expires_at, slot});
    ++mortal_;
}

// What else is known of it stays until another row takes the slot: nobody asks for it but by a
// search that began before.
void Residence::bury(Slot slot) {
    QR_CHECK(is_alive(slot));
    alive_[slot / kMaskWordBits] &= ~(std::uint64_t{1} << slot % kMaskWordBits);
    --living_;
    if (expiries_.at(slot) != kNever) --mortal_;
    ids_.retire(slot);
    tags_.clear(slot);
}

// Twice as many as may come to be with those changes, so that few ever wait.
void Residence::shed_times(std::size_t changes) {
    for (std::size_t i = 0; i < 2 * changes && queue_.size() != 0; ++i) {
        const ExpiryQueue::Entry& next = queue_.next();
        if (is_alive(next.slot) && expiries_.at(next.slot) == next.expires_at) return;
        queue_.pop();
    }
}

void Residence::compact_memory() {
    if (queue_.size() > 2 * mortal_ + kStaleExpiriesMin) {
        std::vector<ExpiryQueue::Entry> entries;
        for (std::size_t slot = 0; slot < slots_; ++slot) {
            const LiveRow row = row_at(static_cast<Slot>(slot));
            if (is_alive(row.slot) && row.expires_at != kNever)
                entries.push_back({row.expires_at, row.slot});
        }
        const std::lock_guard lock(lock_);
        queue_.assign(std::move(entries));
    }
    if (ids_.is_wasteful()) {
        SlotIds::Copy copy = ids_.compacted(slots_);
        const std::lock_guard lock(lock_);
        ids_.adopt(std::move(copy));
    }
    memory_.settle(bytes());
}

}  // namespace qr
