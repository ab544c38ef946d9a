#include "host/collection/engine/reference/reference_engine.h"

#include <deque>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "host/base/check.h"
#include "host/base/narrow.h"
#include "host/collection/engine/memory_budget.h"
#include "host/collection/engine/reference/reference_view.h"
#include "host/collection/engine/table_layout.h"

namespace qr {
namespace {

class ReferenceTable final : public Table {
  public:
    ReferenceTable(const TableLayout& layout, std::shared_ptr<MemoryBudget> budget)
        : layout_(layout), budget_(std::move(budget)) {
        if (!layout_.scan) layout_.scan = layout_.storage;
    }
    ~ReferenceTable() override { budget_->give_back(used_ * bytes_per_row()); }

    const TableLayout& layout() const override { return layout_; }
    Result<std::vector<Slot>> append(const RowBatch& batch) override;
    void release(std::span<const Slot> slots) override;
    std::shared_ptr<const TableView> view() const override;
    TableMemory memory() const override {
        const std::lock_guard lock(mutex_);
        return {.bytes = used_ * bytes_per_row(), .bytes_per_row = bytes_per_row()};
    }

  private:
    // Its slot is free once no view made before `gone` lives.
    struct Released {
        Slot slot = 0;
        std::uint64_t gone = 0;
    };

    std::size_t bytes_per_row() const {
        return layout_.dimension * sizeof(float) + sizeof(ReferenceRow) +
               sizeof(ReferenceRows::value_type);
    }
    static ReferenceRows copies_of(const RowBatch& batch);
    Slot next_slot();

    TableLayout layout_;
    const std::shared_ptr<MemoryBudget> budget_;
    const std::shared_ptr<ViewLedger> ledger_ = std::make_shared<ViewLedger>();
    mutable std::mutex mutex_;
    mutable std::shared_ptr<const ReferenceView> latest_;  // null: the rows changed since
    ReferenceRows rows_;
    std::size_t used_ = 0;
    std::deque<Released> released_;
};

ReferenceRows ReferenceTable::copies_of(const RowBatch& batch) {
    ReferenceRows rows;
    for (std::size_t i = 0; i < batch.rows.rows; ++i) {
        const std::span<const float> values = batch.rows.row(i);
        rows.push_back(std::make_shared<const ReferenceRow>(
            ReferenceRow{{values.begin(), values.end()}, batch.numbers[i]}));
    }
    return rows;
}

// There is room for it in rows_ without another allocation.
Slot ReferenceTable::next_slot() {
    if (!released_.empty() && !ledger_->lives_within(0, released_.front().gone)) {
        const Slot slot = released_.front().slot;
        released_.pop_front();
        return slot;
    }
    rows_.emplace_back();
    return narrow<Slot>(rows_.size() - 1);
}

Result<std::vector<Slot>> ReferenceTable::append(const RowBatch& batch) {
    const std::size_t count = batch.rows.rows;
    QR_CHECK(batch.rows.dimension == layout_.dimension && batch.numbers.size() == count);
    const std::size_t bytes = count * bytes_per_row();
    if (!budget_->take(bytes))
        return no_table_memory(bytes, budget_->taken(), budget_->bytes_max());
    try {
        ReferenceRows added = copies_of(batch);
        std::vector<Slot> slots;
        slots.reserve(count);
        const std::lock_guard lock(mutex_);
        latest_.reset();
        rows_.reserve(rows_.size() + count);
        for (auto& row : added) {
            slots.push_back(next_slot());
            rows_[slots.back()] = std::move(row);
        }
        used_ += count;
        return slots;
    } catch (const std::bad_alloc&) {
        budget_->give_back(bytes);
        return no_table_memory(bytes, budget_->taken(), 0);
    }
}

void ReferenceTable::release(std::span<const Slot> slots) {
    const std::lock_guard lock(mutex_);
    latest_.reset();
    for (const Slot slot : slots) {
        QR_CHECK(slot < rows_.size() && rows_[slot] != nullptr);
        rows_[slot].reset();
        released_.push_back({slot, ledger_->upcoming()});
    }
    used_ -= slots.size();
    budget_->give_back(slots.size() * bytes_per_row());
}

std::shared_ptr<const TableView> ReferenceTable::view() const {
    const std::lock_guard lock(mutex_);
    if (latest_ == nullptr)
        latest_ = std::make_shared<const ReferenceView>(layout_.dimension, rows_, ledger_);
    return latest_;
}

}  // namespace

ReferenceEngine::ReferenceEngine(std::size_t memory_max)
    : budget_(std::make_shared<MemoryBudget>(memory_max)) {}

EngineCapabilities ReferenceEngine::capabilities() const {
    return {.device = "cpu",
            .instruction_set = "double loops",
            .threads = 1,
            .memory_max = budget_->bytes_max()};
}

Result<std::unique_ptr<Table>> ReferenceEngine::make_table(const TableLayout& layout) {
    if (auto checked = check_layout(layout); !checked.ok()) return checked.error();
    return std::unique_ptr<Table>(std::make_unique<ReferenceTable>(layout, budget_));
}

}  // namespace qr
