// Collections that live on a CUDA device: lanes to search them, all memory planned.
//
// What a search needs is taken when the engine is made; what rows need is taken by their tables,
// segment by segment, out of a budget that leaves the device a reserve: a table says
// `out_of_memory` before the device would. An error that sticks takes the device out of service.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "host/backend/cuda/module.h"
#include "host/collection/engine/collection_engine.h"
#include "host/cuda/collection/engine_core.h"

namespace qr::cuda {

struct CollectionOptions {
    int device = 0;         // as the runtime counts
    std::size_t lanes = 2;  // one computes while the other's answers are sorted out
    LaneLimits limits = {};
    SegmentLimits segments = {};
    std::size_t stage_bytes = std::size_t{8} << 20;  // of each half
    std::size_t memory_max = 0;  // of all tables; 0, or more than there is: what is free
    // What is left to the runtime, to cuBLAS and to the lanes of the scoring backend.
    std::size_t reserve_bytes = std::size_t{512} << 20;
    std::string cublas_file = kCublasFile;  // empty: not wanted
};

class CudaEngine final : public CollectionEngine {
  public:
    static constexpr std::string_view kName = "cuda";

    // Errors: `unavailable`, `out_of_memory`.
    static Result<std::unique_ptr<CudaEngine>> make(const CollectionOptions& options);

    std::string_view name() const override { return kName; }
    EngineCapabilities capabilities() const override;
    Result<std::unique_ptr<Table>> make_table(const TableLayout& layout) override;
    // How searches went so far.
    GraphCounts graph_counts() const { return core_->graph_counts(); }

  private:
    explicit CudaEngine(std::unique_ptr<EngineCore> core) : core_(std::move(core)) {}

    const std::unique_ptr<EngineCore> core_;
};

// Errors: see CudaEngine::make and Module::make_collection_engine.
Result<std::unique_ptr<CollectionEngine>> make_cuda_engine(const ModuleOptions& options);

}  // namespace qr::cuda
