// The overlaps of a tile, by whichever kernel serves its shape.
//
// A pass reads rows as fast as memory gives them by the tensor core kernel; cuBLAS is for what that
// does not take, and the plain kernel for everything where there is no cuBLAS.
#pragma once

#include <optional>
#include <string>

#include "host/cuda/collection/table_plan.h"
#include "host/cuda/cublas.h"
#include "host/cuda/handles.h"
#include "kernels/overlap_tensor.h"

namespace qr::cuda {

class TileOverlaps {
  public:
    // Of the device; `cublas_file` empty: not wanted.
    static Result<TileOverlaps> make(int device, std::string cublas_file);

    // Opens cuBLAS, if it is there, for tables whose rows the tensor core kernel does not take.
    void prepare(const TablePlan& plan, cudaStream_t stream);

    bool is_by_tensor_cores(const device::MatrixTask& task) const;
    // By cuBLAS, which takes pointers and counts when it is called.
    bool takes_its_task_at_once(const device::MatrixTask& task) const;

    // `peaks` are written where is_by_tensor_cores().
    Result<void> compute(const device::MatrixTask& task, const device::MatrixPeaks& peaks,
                         cudaStream_t stream) const;
    Result<void> compute(const device::DeferredTask<device::MatrixTask>& task,
                         const device::MatrixPeaks& peaks, cudaStream_t stream) const;

  private:
    template <class Task>
    Result<void> compute_any(const device::MatrixTask& most, const Task& task,
                             const device::MatrixPeaks& peaks, cudaStream_t stream) const;

    std::string cublas_file_;
    bool has_tensor_cores_ = false;
    DeviceMemory workspace_;  // cuBLAS's
    std::optional<Cublas> cublas_;
};

}  // namespace qr::cuda
