// A collection's rows in device memory.
//
// A row's slot never moves. What is appended lies behind the rows of every view that lives, or in
// slots that none of them sees: searches and the writer share the memory without waiting for one
// another. Memory is taken from the engine's budget before it is asked of the device, segment by
// segment, and given back when table and views are gone.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "host/collection/engine/view_ledger.h"
#include "host/cuda/collection/engine_core.h"
#include "host/cuda/collection/plane.h"
#include "host/cuda/collection/row_numbers.h"

namespace qr::cuda {

// The device's memory of a table: it lives as long as somebody sees rows of it.
struct TablePlanes {
    TablePlanes(EngineCore& engine, Plane scan_plane, Plane truth_plane, DeviceMemory row_extremes)
        : core(engine),
          scan(std::move(scan_plane)),
          truth(std::move(truth_plane)),
          extremes(std::move(row_extremes)) {}
    ~TablePlanes();
    TablePlanes(const TablePlanes&) = delete;
    TablePlanes& operator=(const TablePlanes&) = delete;

    EngineCore& core;
    Plane scan, truth;
    DeviceMemory extremes;  // one RowExtremes
    std::size_t bytes = 0;  // of the budget
};

class CudaTable final : public Table {
  public:
    // Errors: as CollectionEngine::make_table; those of the runtime.
    static Result<std::unique_ptr<Table>> make(EngineCore& core, const TableLayout& layout);

    const TableLayout& layout() const override { return plan_.layout; }
    Result<std::vector<Slot>> append(const RowBatch& batch) override;
    void release(std::span<const Slot> slots) override;
    std::shared_ptr<const TableView> view() const override;
    TableMemory memory() const override;

  private:
    // Its slot is free once no view that was made before `gone` lives.
    struct Released {
        Slot slot = 0;
        std::uint64_t gone = 0;
    };

    CudaTable(EngineCore& core, const TablePlan& plan, std::shared_ptr<TablePlanes> planes)
        : core_(core), plan_(plan), planes_(std::move(planes)) {}

    void mark(Slot slot, bool is_in_use);
    std::vector<Slot> choose_slots(std::size_t count) const;
    Result<void> grow(IngestStage& stage, std::size_t slots);
    Result<void> fill(IngestStage& stage, const RowBatch& batch, std::span<const Slot> slots);

    EngineCore& core_;
    const TablePlan plan_;
    const std::shared_ptr<TablePlanes> planes_;
    const std::shared_ptr<ViewLedger> ledger_ = std::make_shared<ViewLedger>();
    mutable std::mutex mutex_;  // of what follows
    RowNumbers numbers_;
    device::RowExtremes extremes_;
    std::size_t slots_ = 0;
    RowMask in_use_;
    mutable std::shared_ptr<const RowMask> in_use_seen_;  // a copy for views; null: it changed
    std::deque<Released> released_;
};

}  // namespace qr::cuda
