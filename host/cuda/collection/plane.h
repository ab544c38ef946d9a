// One plane of a table in device memory: segments that are added and never moved.
//
// A kernel finds them by a list in device memory that has its full size from the start, so what it
// was told once stays true while the plane grows. One writer; what was read of it may be used by
// others, since nothing of it changes. The caller's thread has the device.
#pragma once

#include <cstddef>
#include <vector>

#include "host/cuda/collection/table_plan.h"
#include "host/cuda/handles.h"

namespace qr::cuda {

class Plane {
  public:
    // Of at most `segments_max` segments.
    static Result<Plane> make(const PlanePlan& plan, std::size_t segments_max);

    // Bytes that grow() to so many rows would take beside those that it has.
    std::size_t bytes_to(std::size_t rows) const;
    // Adds segments. All or none; errors: `out_of_memory`, those of the runtime. Enqueues a copy
    // and waits for it.
    Result<void> grow(std::size_t rows, cudaStream_t stream);

    // Of the segment that was added last.
    std::size_t last_bytes() const { return segments_.empty() ? 0 : segments_.back().bytes(); }
    device::SegmentedRows rows() const;
    const std::vector<std::byte*>& segments() const { return addresses_; }

  private:
    PlanePlan plan_;
    std::size_t segments_max_ = 0;
    std::vector<DeviceMemory> segments_;
    std::vector<std::byte*> addresses_;  // theirs
    DeviceMemory list_;
};

}  // namespace qr::cuda
