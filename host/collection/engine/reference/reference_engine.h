// The oracle of the collection engines: every row is scored by the reference backend, then sorted.
//
// Slow on purpose. Nothing is packed, skipped or bounded, and no arithmetic is shared with other
// engines, which must agree with it bit for bit (tests/host/collection/engine/contract_test). A
// view copies the table's row pointers when the table changed since the last one was made. Never
// optimise it.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "host/collection/engine/collection_engine.h"

namespace qr {

class MemoryBudget;

class ReferenceEngine final : public CollectionEngine {
  public:
    static constexpr std::string_view kName = "reference";

    // memory_max 0: no limit.
    explicit ReferenceEngine(std::size_t memory_max);

    std::string_view name() const override { return kName; }
    EngineCapabilities capabilities() const override;
    Result<std::unique_ptr<Table>> make_table(const TableLayout& layout) override;

  private:
    const std::shared_ptr<MemoryBudget> budget_;
};

}  // namespace qr
