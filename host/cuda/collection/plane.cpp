#include "host/cuda/collection/plane.h"

#include <string>
#include <utility>

#include "host/cuda/status.h"

namespace qr::cuda {

Result<Plane> Plane::make(const PlanePlan& plan, std::size_t segments_max) {
    Plane plane;
    plane.plan_ = plan;
    plane.segments_max_ = segments_max;
    if (plan.row_bytes == 0) return plane;
    Result<DeviceMemory> list = make_device_memory(segments_max * sizeof(std::byte*));
    if (!list.ok()) return list.error();
    plane.list_ = std::move(*list);
    return plane;
}

std::size_t Plane::bytes_to(std::size_t rows) const {
    std::size_t bytes = 0;
    for (std::size_t i = segments_.size(); i < plan_.segments_for(rows); ++i)
        bytes += plan_.segment_bytes(i);
    return bytes;
}

Result<void> Plane::grow(std::size_t rows, cudaStream_t stream) {
    const std::size_t before = segments_.size(), wanted = plan_.segments_for(rows);
    if (wanted <= before) return {};
    if (wanted > segments_max_) {
        return Error{
            .code = Code::out_of_memory,
            .message = "a table: " + std::to_string(wanted) +
                       " segments of device memory, allowed: " + std::to_string(segments_max_)};
    }
    std::vector<DeviceMemory> added;
    std::vector<std::byte*> addresses;
    for (std::size_t i = before; i < wanted; ++i) {
        Result<DeviceMemory> segment = make_device_memory(plan_.segment_bytes(i));
        if (!segment.ok()) return segment.error();
        addresses.push_back(segment->data());
        added.push_back(std::move(*segment));
    }
    auto copied = checked(
        "cudaMemcpyAsync",
        cudaMemcpyAsync(list_.data() + before * sizeof(std::byte*), addresses.data(),
                        addresses.size() * sizeof(std::byte*), cudaMemcpyHostToDevice, stream));
    if (copied.ok()) copied = checked("cudaStreamSynchronize", cudaStreamSynchronize(stream));
    if (!copied.ok()) return copied;
    for (DeviceMemory& segment : added)
        segments_.push_back(std::move(segment));
    addresses_.insert(addresses_.end(), addresses.begin(), addresses.end());
    return {};
}

device::SegmentedRows Plane::rows() const {
    return {.segments = reinterpret_cast<std::byte* const*>(list_.data()),
            .sizes = plan_.sizes,
            .row_bytes = plan_.row_bytes};
}

}  // namespace qr::cuda
