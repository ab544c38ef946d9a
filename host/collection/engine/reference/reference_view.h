// A ReferenceTable's rows at one moment.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "host/collection/engine/collection_engine.h"
#include "host/collection/engine/view_ledger.h"

namespace qr {

struct ReferenceRow {
    std::vector<float> values;
    std::uint64_t number = 0;
};

// By slot; null where no row is.
using ReferenceRows = std::vector<std::shared_ptr<const ReferenceRow>>;

class ReferenceView final : public TableView {
  public:
    ReferenceView(std::size_t dimension, ReferenceRows rows, std::shared_ptr<ViewLedger> ledger)
        : dimension_(dimension), rows_(std::move(rows)), life_(std::move(ledger)) {}

    std::size_t slots() const override { return rows_.size(); }
    Result<std::vector<SearchResult>> search(std::span<const SearchQuery> queries) const override;
    Result<TaskScores> score(MatrixView queries, std::span<const Slot> slots,
                             scoring::Method method) const override;
    Result<void> read(Slot slot, std::span<float> row) const override;

  private:
    std::vector<Slot> slots_of(const RowMask& mask) const;
    Result<SearchResult> search_one(const SearchQuery& query) const;
    Result<TaskScores> score_rows(MatrixView queries, std::span<const Slot> slots,
                                  scoring::Method method, const Claim* claim) const;

    const std::size_t dimension_;
    const ReferenceRows rows_;
    const LiveView life_;
};

}  // namespace qr
