#include "host/cuda/collection/cuda_engine.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "host/cuda/collection/cuda_table.h"
#include "host/cuda/device.h"
#include "host/cuda/status.h"

namespace qr::cuda {
namespace {

Result<DeviceInfo> find_device(int index) {
    auto devices = visible_devices();
    if (!devices.ok()) return devices.error();
    for (DeviceInfo& device : *devices) {
        if (device.index == index) return std::move(device);
    }
    return Error{.code = Code::unavailable,
                 .message = "CUDA device " + std::to_string(index) + ": " +
                            std::to_string(devices->size()) + " are visible",
                 .reason = "no_device"};
}

// What tables may take: never 0, which would be no limit.
Result<std::size_t> budget_of(const CollectionOptions& options) {
    std::size_t free = 0, total = 0;
    if (auto asked = checked("cudaMemGetInfo", cudaMemGetInfo(&free, &total)); !asked.ok())
        return asked.error();
    if (free <= options.reserve_bytes) {
        return Error{.code = Code::out_of_memory,
                     .message = "collections: " + std::to_string(free) +
                                " bytes of the CUDA device are free, needed are more than " +
                                std::to_string(options.reserve_bytes)};
    }
    const std::size_t most = free - options.reserve_bytes;
    return options.memory_max == 0 ? most : std::min(most, options.memory_max);
}

}  // namespace

Result<std::unique_ptr<CudaEngine>> CudaEngine::make(const CollectionOptions& options) {
    Result<DeviceInfo> device = find_device(options.device);
    if (!device.ok()) return device.error();
    if (auto used = use_device(options.device); !used.ok()) return used.error();
    std::vector<std::unique_ptr<SearchLane>> lanes;
    for (std::size_t i = 0; i < options.lanes; ++i) {
        auto lane = SearchLane::make({.device = options.device,
                                      .limits = options.limits,
                                      .cublas_file = options.cublas_file});
        if (!lane.ok()) return lane.error();
        lanes.push_back(std::move(*lane));
    }
    auto stage = IngestStage::make(options.stage_bytes);
    if (!stage.ok()) return stage.error();
    const Result<std::size_t> budget = budget_of(options);
    if (!budget.ok()) return budget.error();
    return std::unique_ptr<CudaEngine>(new CudaEngine(std::make_unique<EngineCore>(
        *std::move(device), std::move(lanes), *std::move(stage), *budget, options.segments)));
}

EngineCapabilities CudaEngine::capabilities() const {
    return {.device = core_->device.name,
            .instruction_set = core_->device.instruction_set,
            .threads = core_->lane_count(),
            .memory_max = core_->budget.bytes_max()};
}

Result<std::unique_ptr<Table>> CudaEngine::make_table(const TableLayout& layout) {
    return CudaTable::make(*core_, layout);
}

Result<std::unique_ptr<CollectionEngine>> make_cuda_engine(const ModuleOptions& options) {
    auto made = CudaEngine::make({.memory_max = options.tables_max_bytes});
    if (!made.ok()) return made.error();
    return std::unique_ptr<CollectionEngine>(std::move(*made));
}

}  // namespace qr::cuda
