#include "host/cuda/collection/tile_overlaps.h"

#include <cstddef>
#include <utility>

#include "host/base/narrow.h"
#include "host/cuda/status.h"

namespace qr::cuda {
namespace {

constexpr std::size_t kWorkspaceBytes = std::size_t{32} << 20;

}  // namespace

Result<TileOverlaps> TileOverlaps::make(int device, std::string cublas_file) {
    int major = 0;
    if (auto asked =
            checked("cudaDeviceGetAttribute",
                    cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device));
        !asked.ok())
        return asked.error();
    TileOverlaps overlaps;
    overlaps.cublas_file_ = std::move(cublas_file);
    overlaps.has_tensor_cores_ = major >= 8;
    return overlaps;
}

// What fails here costs speed alone: the plain kernel takes every task.
void TileOverlaps::prepare(const TablePlan& plan, cudaStream_t stream) {
    if (cublas_.has_value() || cublas_file_.empty()) return;
    if (is_by_tensor_cores(
            {.dimension = narrow<unsigned>(plan.layout.dimension), .storage = plan.scan_type}))
        return;
    Result<DeviceMemory> workspace = make_device_memory(kWorkspaceBytes);
    if (!workspace.ok()) return;
    Result<Cublas> opened = Cublas::open({.file = cublas_file_,
                                          .stream = stream,
                                          .workspace = workspace->data(),
                                          .workspace_bytes = kWorkspaceBytes});
    if (!opened.ok()) return;
    workspace_ = std::move(*workspace);
    cublas_ = std::move(*opened);
}

bool TileOverlaps::is_by_tensor_cores(const device::MatrixTask& task) const {
    return has_tensor_cores_ && device::is_for_tensor_cores(task);
}

bool TileOverlaps::takes_its_task_at_once(const device::MatrixTask& task) const {
    return cublas_.has_value() && !is_by_tensor_cores(task);
}

template <class Task>
Result<void> TileOverlaps::compute_any(const device::MatrixTask& most, const Task& task,
                                       const device::MatrixPeaks& peaks,
                                       cudaStream_t stream) const {
    if (is_by_tensor_cores(most))
        return checked("overlap_tensor", device::overlap_tensor(task, peaks, stream));
    if (cublas_.has_value()) return cublas_->overlap_matrix(most);
    return checked("overlap_matrix", device::overlap_matrix(task, stream));
}

Result<void> TileOverlaps::compute(const device::MatrixTask& task, const device::MatrixPeaks& peaks,
                                   cudaStream_t stream) const {
    return compute_any(task, task, peaks, stream);
}

Result<void> TileOverlaps::compute(const device::DeferredTask<device::MatrixTask>& task,
                                   const device::MatrixPeaks& peaks, cudaStream_t stream) const {
    return compute_any(task.most, task, peaks, stream);
}

}  // namespace qr::cuda
