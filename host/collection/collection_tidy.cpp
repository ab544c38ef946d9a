// What is done behind the back of readers and writers, in steps between which both have their turn.
#include <algorithm>

#include "host/collection/resident_collection.h"
#include "host/collection/row_mask.h"

namespace qr {
namespace {

constexpr std::size_t kExpiredBatch = 4096;               // removed in one commit
constexpr std::size_t kMoveBytes = std::size_t{4} << 20;  // of rows moved in one step
constexpr std::size_t kMoveSteps = 64;                    // of one call
// Moving rows pays where a quarter of the blocks' rows is dead.
constexpr std::size_t kDeadRowsMin = 1024;
constexpr std::size_t kDeadRowsShare = 4;
// The disk is tidied when a quarter of the values is old, and an hour after the last removal at the
// latest: what was deleted is to be gone.
constexpr std::uint64_t kRemovedMin = 1024;
constexpr std::uint64_t kRemovedShare = 4;
constexpr double kDiskTidySeconds = 3600;

}  // namespace

bool ResidentCollection::is_current(const Residence& residence) const {
    const std::lock_guard lock(state_lock_);
    return residence_.get() == &residence;
}

Result<void> ResidentCollection::tidy() {
    const Result<std::shared_ptr<Residence>> found = ready();
    if (!found) return {};
    Residence& residence = **found;
    if (auto done = tidy_expired(residence); !done) return done;
    if (auto done = tidy_stale(residence); !done) return done;
    // Without the memory to move rows they stay where they are.
    if (auto done = tidy_sparse(residence); !done && done.error().code != Code::out_of_memory)
        return done;
    {
        const std::lock_guard turn(writer_);
        residence.compact_memory();
    }
    return tidy_disk(residence);
}

Result<void> ResidentCollection::tidy_expired(Residence& residence) {
    const WallSeconds now = around_->wall.now();
    std::vector<Slot> slots;
    {
        const std::lock_guard turn(writer_);
        slots = residence.expired(now);
    }
    for (std::size_t begin = 0; begin < slots.size(); begin += kExpiredBatch) {
        const std::lock_guard turn(writer_);
        if (!is_current(residence)) return {};
        std::vector<LiveRow> rows;
        const std::size_t count = std::min(kExpiredBatch, slots.size() - begin);
        for (const Slot slot : std::span(slots).subspan(begin, count)) {
            const LiveRow row = residence.row(slot);
            if (residence.is_alive(slot) && row.expires_at <= now) rows.push_back(row);
        }
        if (auto erased = erase(residence, rows, {}); !erased) return erased;
    }
    return {};
}

Result<void> ResidentCollection::tidy_stale(Residence& residence) {
    const std::lock_guard turn(writer_);
    if (stale_.empty() || !is_current(residence)) return {};
    if (auto erased = erase(residence, {}, stale_); !erased) return erased;
    stale_.clear();
    stale_read_ = 0;
    note_missing(residence);
    return {};
}

Result<void> ResidentCollection::tidy_sparse(Residence& residence) {
    const std::size_t row_bytes = record_.settings.layout.dimension * sizeof(float);
    const std::size_t rows_max = std::max(kMoveBytes / row_bytes, kBlockRows);
    for (std::size_t step = 0; step < kMoveSteps; ++step) {
        const std::lock_guard turn(writer_);
        if (!is_current(residence)) return {};
        const BlockCount before = residence.blocks();
        const std::size_t least =
            std::max(kDeadRowsMin, before.blocks * kBlockRows / kDeadRowsShare);
        if (before.dead_rows < least || before.dead_rows < futile_dead_rows_ / 4 * 5) return {};
        const std::vector<Slot> slots = rows_of_sparse_blocks(residence.alive(), rows_max);
        if (slots.empty()) return {};
        if (auto moved = move_rows(residence, slots); !moved) return moved;
        // An engine may put rows into gaps of the very blocks that were to be left.
        const bool is_gain = residence.blocks().blocks < before.blocks;
        futile_dead_rows_ = is_gain ? 0 : before.dead_rows;
    }
    return {};
}

Result<void> ResidentCollection::move_rows(Residence& residence, std::span<const Slot> slots) {
    const std::size_t dimension = record_.settings.layout.dimension;
    const std::shared_ptr<const TableView> view = residence.table().view();
    std::vector<float> rows(slots.size() * dimension);
    std::vector<std::uint64_t> numbers;
    for (std::size_t i = 0; i < slots.size(); ++i) {
        numbers.push_back(residence.row(slots[i]).number);
        const std::span<float> row = std::span(rows).subspan(i * dimension, dimension);
        if (auto read = view->read(slots[i], row); !read) return read;
    }
    const MatrixView matrix{rows.data(), slots.size(), dimension};
    const Result<std::vector<Slot>> places = append(residence, {matrix, numbers}, 0);
    if (!places) return places.error();
    std::vector<MovedRow> moved;
    for (std::size_t i = 0; i < slots.size(); ++i)
        moved.push_back({.from = slots[i], .to = (*places)[i]});
    residence.publish(moved);
    return {};
}

Result<void> ResidentCollection::tidy_disk(const Residence& residence) {
    std::uint64_t removed = 0;
    {
        const std::lock_guard turn(writer_);
        if (!is_current(residence)) return {};
        removed = counters_.removed;
        const bool is_much =
            removed >= kRemovedMin && removed >= counters_.documents / kRemovedShare;
        const bool is_time = around_->wall.now() - disk_tidied_at_ >= kDiskTidySeconds;
        if (removed == 0 || (!is_much && !is_time)) return {};
    }
    Store& store = around_->store;
    for (const auto& [shelf, prefix] : {std::pair(Shelf::records, document_prefix(record_.id)),
                                        std::pair(Shelf::vectors, vector_prefix(record_.id))}) {
        if (auto compacted = store.compact(shelf, prefix); !compacted) return compacted;
    }
    const std::lock_guard turn(writer_);
    if (!is_current(residence)) return {};
    disk_tidied_at_ = around_->wall.now();
    Counters counters = counters_;
    counters.removed -= removed;
    StoreBatch batch;
    return commit(batch, counters);
}

}  // namespace qr
