// A CpuTable's rows at one moment: shares their blocks with the table and with other views.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "host/backend/cpu/kernels.h"
#include "host/backend/cpu/thread_pool.h"
#include "host/backend/cpu/turns.h"
#include "host/collection/engine/collection_engine.h"
#include "host/collection/engine/cpu/block.h"
#include "host/collection/engine/cpu/directory.h"
#include "host/collection/engine/cpu/search_pass.h"
#include "host/collection/engine/cpu/slabs.h"
#include "host/collection/engine/view_ledger.h"

namespace qr::cpu {

// Searches below so many multiply-adds run on the calling thread and wait for nobody: about 100 us
// of one core.
inline constexpr std::size_t kSmallPassProductsMax = std::size_t{1} << 21;

// What an engine's tables and views share.
struct Workshop {
    const KernelTable& kernels;  // of exact scores
    ThreadPool pool;
    Turns turns;  // of the pool
};

class CpuView final : public TableView {
  public:
    CpuView(const BlockShape& shape, Directory directory, std::shared_ptr<const Slabs> memory,
            std::shared_ptr<ViewLedger> ledger, Workshop& workshop);

    std::size_t slots() const override { return directory_.blocks() * kBlockRows; }
    Result<std::vector<SearchResult>> search(std::span<const SearchQuery> queries) const override;
    Result<TaskScores> score(MatrixView queries, std::span<const Slot> slots,
                             scoring::Method method) const override;
    Result<void> read(Slot slot, std::span<float> row) const override;

    const Directory& directory() const { return directory_; }

  private:
    Result<void> run(SearchPass& pass, std::span<SearchResult> results) const;
    Result<void> run_items(std::size_t items, std::size_t products,
                           const ThreadPool::Work& work) const;
    TaskScores score_all(MatrixView queries, std::span<const Slot> slots, scoring::Method method,
                         Result<void>& done) const;

    const BlockShape shape_;
    const std::shared_ptr<const Slabs> memory_;
    const Directory directory_;
    Workshop& workshop_;
    const ScanKernel& scan_;
    const LiveView life_;
};

}  // namespace qr::cpu
