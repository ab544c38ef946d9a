// A table in this machine's memory: blocks of 32 rows that no view ever sees change.
//
// Rows are added behind the last; a block with room left is copied first, so that views keep the
// old one. A block whose rows were all released leaves the directory at once, its memory and its
// slots when the last view is gone that holds it. Beside the directory, which is published with
// each change, everything here belongs to the one writer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "host/collection/engine/collection_engine.h"
#include "host/collection/engine/cpu/cpu_view.h"
#include "host/collection/engine/cpu/directory.h"
#include "host/collection/engine/cpu/slabs.h"
#include "host/collection/engine/memory_budget.h"
#include "host/collection/engine/view_ledger.h"

namespace qr::cpu {

class CpuTable final : public Table {
  public:
    // The layout has its scan.
    CpuTable(const TableLayout& layout, std::shared_ptr<MemoryBudget> budget, Workshop& workshop);

    const TableLayout& layout() const override { return layout_; }
    Result<std::vector<Slot>> append(const RowBatch& batch) override;
    void release(std::span<const Slot> slots) override;
    std::shared_ptr<const TableView> view() const override;
    TableMemory memory() const override;

  private:
    // Of a block in the directory.
    struct BlockState {
        std::uint64_t begun = 0;     // the first view that holds its first row
        std::uint64_t born = 0;      // the first view that holds it as it is
        std::uint32_t used = 0;      // rows
        std::uint32_t released = 0;  // bit r: row r was
    };
    // Out of the directory, but some views may hold it.
    struct Retired {
        BlockPlace place;
        std::uint64_t born = 0;
        std::uint64_t gone = 0;              // the first view without it
        std::optional<std::size_t> block{};  // whose slots are free with it
    };

    // What an append writes into one block.
    struct Piece {
        std::size_t block = 0;
        BlockPlace place;
        std::size_t rows = 0;
    };

    std::size_t room() const { return open_ ? kBlockRows - states_[*open_].used : 0; }
    std::vector<Piece> plan(std::size_t rows, std::span<const BlockPlace> places) const;
    std::vector<Slot> write(std::span<const Piece> pieces, const RowBatch& batch) const;
    void enter(std::span<const Piece> pieces, std::uint64_t first);
    Result<std::vector<Slot>> append_all(const RowBatch& batch, std::vector<BlockPlace>& places);
    void reclaim();
    void retire_emptied();
    std::shared_ptr<const CpuView> next_view(Directory directory) const;
    void publish(std::shared_ptr<const CpuView> view);

    const TableLayout layout_;
    const BlockShape shape_;
    const std::shared_ptr<MemoryBudget> budget_;
    Workshop& workshop_;
    const std::shared_ptr<Slabs> slabs_;
    const std::shared_ptr<ViewLedger> ledger_;

    std::vector<BlockState> states_;     // by block
    std::optional<std::size_t> open_;    // the block with room left
    std::vector<std::size_t> emptied_;   // of released rows alone, still in the directory
    std::set<std::size_t> free_blocks_;  // nobody knows their slots any more
    std::vector<Retired> retired_;

    mutable std::mutex mutex_;  // of what follows
    std::shared_ptr<const CpuView> latest_;
};

}  // namespace qr::cpu
