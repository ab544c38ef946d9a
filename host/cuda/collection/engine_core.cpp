#include "host/cuda/collection/engine_core.h"

#include <new>
#include <utility>

#include "host/cuda/status.h"

namespace qr::cuda {

EngineCore::EngineCore(DeviceInfo info, std::vector<std::unique_ptr<SearchLane>> search_lanes,
                       std::unique_ptr<IngestStage> stage, std::size_t memory_max,
                       const SegmentLimits& segment_limits)
    : device(std::move(info)),
      segments(within(segment_limits, memory_max)),
      budget(memory_max),
      queue_({search_lanes.size()}),
      lanes_(std::move(search_lanes)),
      stage_(std::move(stage)) {}

Result<void> EngineCore::on_lane(const std::function<Result<void>(SearchLane&)>& work) {
    const std::optional<LanePlace> place = queue_.take();
    if (!place.has_value()) return lost();
    const LaneHold hold(queue_, *place);
    return run([&] { return work(*lanes_[place->lane]); });
}

Result<void> EngineCore::on_stage(const std::function<Result<void>(IngestStage&)>& work) {
    const std::lock_guard lock(stage_mutex_);
    if (queue_.state(0).is_lost) return lost();
    return run([&] { return work(*stage_); });
}

// All lanes are taken at once, or two callers would wait for each other's.
void EngineCore::prepare(const TablePlan& plan) {
    const std::lock_guard lock(stage_mutex_);
    std::vector<LanePlace> places;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        const std::optional<LanePlace> place = queue_.take();
        if (!place.has_value()) break;
        places.push_back(*place);
    }
    for (const LanePlace& place : places) {
        if (use_device(device.index).ok()) lanes_[place.lane]->prepare(plan);
        queue_.give_back(place);
    }
}

GraphCounts EngineCore::graph_counts() const {
    GraphCounts all;
    for (const std::unique_ptr<SearchLane>& lane : lanes_) {
        const GraphCounts counts = lane->graph_counts();
        all.captured += counts.captured;
        all.launched += counts.launched;
        all.enqueued += counts.enqueued;
        all.refused += counts.refused;
    }
    return all;
}

Result<void> EngineCore::run(const std::function<Result<void>()>& work) {
    if (auto used = use_device(device.index); !used.ok()) return used;
    try {
        Result<void> done = work();
        if (!done.ok() && is_loss(done.error())) queue_.lose(0, done.error().message);
        return done;
    } catch (const std::bad_alloc&) {
        return Error{.code = Code::out_of_memory,
                     .message =
                         "collections: the call needs more memory than this machine has "
                         "left"};
    }
}

Error EngineCore::lost() const {
    return {.code = Code::unavailable,
            .message = "collections: the CUDA device is lost until this process ends; it said: " +
                       queue_.state(0).error,
            .reason = std::string(kDeviceLost)};
}

}  // namespace qr::cuda
