// Collections in this machine's memory, scanned by its best kernels.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "host/collection/engine/collection_engine.h"
#include "host/collection/engine/cpu/cpu_view.h"
#include "host/collection/engine/memory_budget.h"

namespace qr::cpu {

struct CpuEngineOptions {
    std::size_t threads = 1;     // >= 1, the calling thread included
    std::size_t memory_max = 0;  // bytes of all tables together; 0: no limit
};

class CpuEngine final : public CollectionEngine {
  public:
    static constexpr std::string_view kName = "cpu";

    // Throws std::system_error when the threads cannot be made.
    explicit CpuEngine(const CpuEngineOptions& options);

    std::string_view name() const override { return kName; }
    EngineCapabilities capabilities() const override;
    Result<std::unique_ptr<Table>> make_table(const TableLayout& layout) override;

  private:
    Workshop workshop_;
    const std::shared_ptr<MemoryBudget> budget_;
};

// Which plane is scanned where the layout leaves it open. float32 rows are scanned in 16 bits:
// half the bytes, and every answer is proven all the same. float16 has three more bits than
// bfloat16, so its bound is eight times smaller and fewer rows need an exact score; bfloat16 pays
// where the CPU multiplies it at twice the rate of float32. Other rows are scanned as they are.
Dtype scan_choice(Dtype storage);

}  // namespace qr::cpu
