// The way of rows to the device: page-locked memory, the same on the device, and a stream.
//
// Two halves take turns, so that one is filled while the other's copy and kernel are under way. One
// thread at a time; the engine has one, which its tables share. The caller's thread has the device.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>

#include "host/cuda/collection/table_plan.h"
#include "host/cuda/handles.h"
#include "host/state/matrix_view.h"
#include "kernels/ingest.h"

namespace qr::cuda {

class IngestStage {
  public:
    // Halves of so many bytes of rows; at least one of kDimensionMax.
    static Result<std::unique_ptr<IngestStage>> make(std::size_t half_bytes);
    ~IngestStage();

    cudaStream_t stream() const { return stream_.get(); }
    std::size_t device_bytes() const { return device_.bytes(); }

    // Where the rows go, beside themselves.
    struct Target {
        const TablePlan* plan = nullptr;
        device::SegmentedRows scan, truth;
        device::RowExtremes* extremes = nullptr;  // in device memory
    };
    // Waits until they are there. Row i goes to slots[i]. After an error nothing is under way.
    Result<void> ingest(const MatrixView& rows, std::span<const Slot> slots, const Target& target);

  private:
    struct Half {
        std::byte* host = nullptr;
        std::byte* device = nullptr;
        Event done;
        bool is_under_way = false;
    };
    IngestStage() = default;

    Result<void> ingest_some(Half& half, const MatrixView& rows, std::span<const Slot> slots,
                             const Target& target);
    Result<void> wait(Half& half);
    std::size_t rows_of_half(std::size_t dimension) const;

    std::size_t half_bytes_ = 0;
    PinnedMemory host_;
    DeviceMemory device_;
    std::array<Half, 2> halves_;
    Stream stream_;
};

}  // namespace qr::cuda
