// A CudaTable's rows at one moment.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "host/collection/engine/view_ledger.h"
#include "host/cuda/collection/cuda_table.h"
#include "host/cuda/collection/rows_on_device.h"

namespace qr::cuda {

class CudaView final : public TableView {
  public:
    CudaView(RowsOnDevice rows, RowNumbers numbers, std::shared_ptr<const TablePlanes> planes,
             std::shared_ptr<ViewLedger> ledger)
        : rows_(std::move(rows)),
          numbers_(std::move(numbers)),
          planes_(std::move(planes)),
          life_(std::move(ledger)) {}

    std::size_t slots() const override { return rows_.slots; }
    Result<std::vector<SearchResult>> search(std::span<const SearchQuery> queries) const override;
    Result<TaskScores> score(MatrixView queries, std::span<const Slot> slots,
                             scoring::Method method) const override;
    Result<void> read(Slot slot, std::span<float> row) const override;

  private:
    Result<void> search_some(std::span<const SearchQuery> queries,
                             std::span<SearchResult> results) const;
    Result<void> score_some(SearchLane& lane, MatrixView queries, std::span<const Slot> slots,
                            scoring::Method method, std::span<double> values) const;

    const RowsOnDevice rows_;
    const RowNumbers numbers_;
    const std::shared_ptr<const TablePlanes> planes_;
    const LiveView life_;
};

}  // namespace qr::cuda
