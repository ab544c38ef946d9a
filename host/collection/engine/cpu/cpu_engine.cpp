#include "host/collection/engine/cpu/cpu_engine.h"

#include <new>
#include <string>

#include "host/base/cpu_features.h"
#include "host/collection/engine/cpu/cpu_table.h"
#include "host/collection/engine/cpu/scan_kernels.h"
#include "host/collection/engine/table_layout.h"

namespace qr::cpu {

Dtype scan_choice(Dtype storage) {
    if (storage != Dtype::float32) return storage;
    return best_scan_kernel(Dtype::bfloat16).name == "avx512_bf16" ? Dtype::bfloat16
                                                                   : Dtype::float16;
}

CpuEngine::CpuEngine(const CpuEngineOptions& options)
    : workshop_{.kernels = kernels_for(best_instruction_set()),
                .pool = ThreadPool(options.threads),
                .turns = {}},
      budget_(std::make_shared<MemoryBudget>(options.memory_max)) {}

EngineCapabilities CpuEngine::capabilities() const {
    return {.device = "cpu",
            .instruction_set = std::string(to_string(workshop_.kernels.instruction_set)) +
                               ", scan " +
                               std::string(best_scan_kernel(scan_choice(Dtype::float32)).name),
            .threads = workshop_.pool.threads(),
            .memory_max = budget_->bytes_max()};
}

Result<std::unique_ptr<Table>> CpuEngine::make_table(const TableLayout& layout) {
    if (auto checked = check_layout(layout); !checked.ok()) return checked.error();
    TableLayout chosen = layout;
    if (!chosen.scan) chosen.scan = scan_choice(layout.storage);
    try {
        return std::unique_ptr<Table>(std::make_unique<CpuTable>(chosen, budget_, workshop_));
    } catch (const std::bad_alloc&) {
        return no_table_memory(sizeof(CpuTable), budget_->taken(), 0);
    }
}

}  // namespace qr::cpu
