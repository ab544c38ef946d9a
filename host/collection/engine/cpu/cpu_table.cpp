#include "host/collection/engine/cpu/cpu_table.h"

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

#include "host/base/check.h"
#include "host/base/narrow.h"
#include "host/collection/engine/cpu/block_rows.h"
#include "host/collection/engine/table_layout.h"

namespace qr::cpu {
namespace {

constexpr std::size_t kBlocksMax = (std::size_t{1} << 32) / kBlockRows;  // that slots can name

BlockShape shape_of(const TableLayout& layout) {
    return {.dimension = layout.dimension, .storage = layout.storage, .scan = *layout.scan};
}

std::uint32_t first_rows(std::uint32_t count) {
    return count == kBlockRows ? ~std::uint32_t{0} : (std::uint32_t{1} << count) - 1;
}

// reserve() takes what it is asked for; in small steps that copies a table's books at each of them.
template <class T>
void make_room(std::vector<T>& books, std::size_t entries) {
    if (entries > books.capacity()) books.reserve(std::max(entries, 2 * books.capacity()));
}

}  // namespace

CpuTable::CpuTable(const TableLayout& layout, std::shared_ptr<MemoryBudget> budget,
                   Workshop& workshop)
    : layout_(layout),
      shape_(shape_of(layout)),
      budget_(std::move(budget)),
      workshop_(workshop),
      slabs_(std::make_shared<Slabs>(shape_, budget_)),
      ledger_(std::make_shared<ViewLedger>()),
      latest_(next_view({})) {}

// Which rows go where: into a copy of the open block, then into new ones. Without a slot to give
// out, empty.
std::vector<CpuTable::Piece> CpuTable::plan(std::size_t rows,
                                            std::span<const BlockPlace> places) const {
    std::vector<Piece> pieces;
    auto unused = free_blocks_.begin();
    std::size_t next = states_.size();
    for (const BlockPlace& place : places) {
        Piece piece{.place = place, .rows = std::min(rows, kBlockRows)};
        if (pieces.empty() && room() > 0) {
            piece.block = *open_;
            piece.rows = std::min(rows, room());
        } else {
            piece.block = unused != free_blocks_.end() ? *unused++ : next++;
        }
        rows -= piece.rows;
        pieces.push_back(piece);
    }
    if (next > kBlocksMax) return {};
    return pieces;
}

std::vector<Slot> CpuTable::write(std::span<const Piece> pieces, const RowBatch& batch) const {
    std::vector<Slot> slots;
    slots.reserve(batch.rows.rows);
    for (const Piece& piece : pieces) {
        const std::size_t done = slots.size();
        if (open_ == piece.block)
            copy_block(shape_, latest_->directory()[piece.block], piece.place);
        else
            clear_block(shape_, piece.place);
        const std::size_t first = piece.place.head().used;
        const MatrixView rows{batch.rows.data + done * shape_.dimension, piece.rows,
                              shape_.dimension};
        add_rows(shape_, piece.place, rows, batch.numbers.subspan(done, piece.rows));
        for (std::size_t lane = first; lane < first + piece.rows; ++lane)
            slots.push_back(narrow<Slot>(piece.block * kBlockRows + lane));
    }
    return slots;
}

// Into the table's books, whose vectors have the room; `first` is the first view that shows them.
void CpuTable::enter(std::span<const Piece> pieces, std::uint64_t first) {
    for (const Piece& piece : pieces) {
        if (piece.block == states_.size()) states_.emplace_back();
        BlockState& state = states_[piece.block];
        if (open_ == piece.block) {
            retired_.push_back({latest_->directory()[piece.block], state.born, first});
            state.born = first;
            state.used += narrow<std::uint32_t>(piece.rows);
        } else {
            free_blocks_.erase(piece.block);
            state = {.begun = first, .born = first, .used = narrow<std::uint32_t>(piece.rows)};
        }
    }
    const std::size_t last = pieces.back().block;
    open_.reset();
    if (states_[last].used < kBlockRows) open_ = last;
}

Result<std::vector<Slot>> CpuTable::append_all(const RowBatch& batch,
                                               std::vector<BlockPlace>& places) {
    const std::vector<Piece> pieces = plan(batch.rows.rows, places);
    if (pieces.empty()) {
        return Error{.code = Code::out_of_memory,
                     .message = "collection: " + std::to_string(batch.rows.rows) +
                                " rows more than it has slots for, allowed: " +
                                std::to_string(kBlocksMax * kBlockRows)};
    }
    std::vector<Slot> slots = write(pieces, batch);
    DirectoryEdit edit(latest_->directory());
    for (const Piece& piece : pieces)
        edit.set(piece.block, piece.place);
    make_room(states_, states_.size() + pieces.size());
    make_room(emptied_, states_.size() + pieces.size());
    make_room(retired_, retired_.size() + states_.size() + pieces.size());
    const std::uint64_t upcoming = ledger_->upcoming();
    auto view = next_view(std::move(edit).done());
    places.clear();  // the table's now
    enter(pieces, upcoming);
    publish(std::move(view));
    return slots;
}

Result<std::vector<Slot>> CpuTable::append(const RowBatch& batch) {
    const std::size_t rows = batch.rows.rows;
    QR_CHECK(batch.rows.dimension == layout_.dimension && batch.numbers.size() == rows);
    if (rows == 0) return std::vector<Slot>{};
    std::vector<BlockPlace> places;
    try {
        retire_emptied();
        reclaim();
        const std::size_t fresh = rows > room() ? (rows - room() + kBlockRows - 1) / kBlockRows : 0;
        const std::size_t blocks = fresh + (room() > 0 ? 1 : 0);
        auto taken = slabs_->take(blocks);
        if (!taken)
            return no_table_memory(blocks * shape_.bytes(), budget_->taken(), budget_->bytes_max());
        places = std::move(*taken);
        auto slots = append_all(batch, places);
        for (const BlockPlace& place : places)
            slabs_->give_back(place);
        return slots;
    } catch (const std::bad_alloc&) {
        for (const BlockPlace& place : places)
            slabs_->give_back(place);
        return no_table_memory(rows * shape_.bytes() / kBlockRows, budget_->taken(), 0);
    }
}

void CpuTable::release(std::span<const Slot> slots) {
    for (const Slot slot : slots) {
        const std::size_t block = slot / kBlockRows;
        const std::uint32_t bit = std::uint32_t{1} << (slot % kBlockRows);
        QR_CHECK(block < states_.size());
        BlockState& state = states_[block];
        QR_CHECK((first_rows(state.used) & bit) != 0 && (state.released & bit) == 0);
        state.released |= bit;
        if (state.released != first_rows(state.used)) continue;
        emptied_.push_back(block);
        if (open_ == block) open_.reset();
    }
    try {
        retire_emptied();
        reclaim();
    } catch (const std::bad_alloc&) {
        return;  // the next append tries again
    }
}

// Takes blocks of released rows out of the directory.
void CpuTable::retire_emptied() {
    if (emptied_.empty()) return;
    DirectoryEdit edit(latest_->directory());
    for (const std::size_t block : emptied_)
        edit.set(block, {});
    make_room(retired_, retired_.size() + emptied_.size());
    const std::uint64_t upcoming = ledger_->upcoming();
    auto view = next_view(std::move(edit).done());
    for (const std::size_t block : emptied_) {
        // Its slots are known to views of the copies before it, too.
        retired_.push_back({latest_->directory()[block], states_[block].begun, upcoming, block});
        states_[block] = {};
    }
    emptied_.clear();
    publish(std::move(view));
}

void CpuTable::reclaim() {
    for (std::size_t i = 0; i < retired_.size();) {
        Retired& retired = retired_[i];
        if (ledger_->lives_within(retired.born, retired.gone)) {
            ++i;
            continue;
        }
        if (retired.block) free_blocks_.insert(*retired.block);
        retired.block.reset();
        slabs_->give_back(retired.place);
        retired = retired_.back();
        retired_.pop_back();
    }
}

std::shared_ptr<const CpuView> CpuTable::next_view(Directory directory) const {
    return std::make_shared<const CpuView>(shape_, std::move(directory), slabs_, ledger_,
                                           workshop_);
}

void CpuTable::publish(std::shared_ptr<const CpuView> view) {
    const std::lock_guard lock(mutex_);
    latest_.swap(view);
}

std::shared_ptr<const TableView> CpuTable::view() const {
    const std::lock_guard lock(mutex_);
    return latest_;
}

TableMemory CpuTable::memory() const {
    return {.bytes = slabs_->bytes(),
            .bytes_per_row = (shape_.bytes() + kBlockRows - 1) / kBlockRows};
}

}  // namespace qr::cpu
