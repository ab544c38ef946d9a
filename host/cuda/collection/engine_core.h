// What the tables of a CUDA engine share: the device, its lanes, the way in, and its memory.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "host/collection/engine/memory_budget.h"
#include "host/cuda/collection/ingest_stage.h"
#include "host/cuda/collection/search_lane.h"
#include "host/cuda/device.h"
#include "host/cuda/lane_queue.h"

namespace qr::cuda {

struct EngineCore {
    EngineCore(DeviceInfo device, std::vector<std::unique_ptr<SearchLane>> search_lanes,
               std::unique_ptr<IngestStage> stage, std::size_t memory_max,
               const SegmentLimits& segment_limits);

    // On the next lane that is free, on a thread that has the device. An error that sticks takes
    // the device out of service for good; from then on `unavailable`.
    Result<void> on_lane(const std::function<Result<void>(SearchLane&)>& work);
    // The same for work that is not a lane's, one at a time: whatever takes or fills memory.
    Result<void> on_stage(const std::function<Result<void>(IngestStage&)>& work);

    // Every lane is made ready for tables of that kind; not while it searches.
    void prepare(const TablePlan& plan);
    const LaneLimits& limits() const { return lanes_.front()->limits(); }
    std::size_t lane_count() const { return lanes_.size(); }
    GraphCounts graph_counts() const;  // of all lanes

    const DeviceInfo device;
    const SegmentLimits segments;
    MemoryBudget budget;

  private:
    Result<void> run(const std::function<Result<void>()>& work);
    Error lost() const;

    LaneQueue queue_;
    const std::vector<std::unique_ptr<SearchLane>> lanes_;
    std::mutex stage_mutex_;
    const std::unique_ptr<IngestStage> stage_;
};

}  // namespace qr::cuda
