// Scores on CUDA devices: lanes on each of them, all memory planned when it is made.
//
// Nothing is allocated on a device or page-locked while batches are scored. An error that sticks
// takes its device out of service for good: the batch that met it answers `unavailable`, later ones
// go to the devices that are left. A device that cannot be set up at the start is left out in the
// same way, unless it is the last one.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/backend/cuda/module.h"
#include "host/backend/fidelity_backend.h"
#include "host/cuda/device.h"
#include "host/cuda/device_monitor.h"
#include "host/cuda/handles.h"
#include "host/cuda/lane.h"
#include "host/cuda/lane_queue.h"

namespace qr::cuda {

// Two lanes keep a device copying while the other's results are handed out; more of them only share
// the same bus.
inline constexpr std::size_t kLanesOfADevice = 2;

// 256 MiB of documents of one query: some ten milliseconds of a bus of 25e9 bytes a second. Fewer
// would cut tasks of many queries, which travel with each slice, into slices of few documents.
inline constexpr std::size_t kBatchMultiplyAddsMax = std::size_t{1} << 26;

struct CudaOptions {
    std::size_t staging_bytes = 0;
    ChunkLimits limits = {};
    std::optional<Launching> launching = std::nullopt;  // of small chunks; empty: as measured
    bool watches_conditions = false;                    // of the devices, on a thread of its own
};

class CudaBackend final : public FidelityBackend {
  public:
    // Over every visible device. Errors: `unavailable`, `out_of_memory`, of the first device when
    // none can be set up.
    static Result<std::unique_ptr<CudaBackend>> make(const CudaOptions& options);

    std::string_view name() const override { return "cuda"; }
    BackendCapabilities capabilities() const override;
    Result<Scores> score(const ScoreBatch& batch) override;
    std::vector<DeviceReport> devices() const override;
    StagingMemory staging() const override;

  private:
    struct Device {
        DeviceInfo info;
        std::vector<std::unique_ptr<Lane>> lanes;  // empty: it could not be set up
        std::optional<LaneFigures> figures;
        std::string error;  // why

        std::size_t planned_bytes() const;
    };

    CudaBackend(std::shared_ptr<const PinnedMemory> staging, std::vector<Device> devices,
                bool watches_conditions);

    static Result<void> set_up(Device& device, const CudaOptions& options,
                               std::span<const std::byte> page_locked);
    static std::vector<DeviceIdentity> identities_of(const std::vector<Device>& devices);
    static std::vector<std::size_t> lanes_of(const std::vector<Device>& devices);
    Result<Scores> score_on(const LanePlace& place, const ScoreBatch& batch);
    Error none_left() const;

    // Outlives the lanes that copy from it, and this object where views are still held.
    const std::shared_ptr<const PinnedMemory> staging_;
    const std::vector<Device> devices_;
    LaneQueue queue_;
    const std::unique_ptr<const DeviceMonitor> monitor_;  // may be null
};

// Errors: see CudaBackend::make and Module::make_backend.
Result<std::unique_ptr<FidelityBackend>> make_cuda_backend(const ModuleOptions& options);

}  // namespace qr::cuda
