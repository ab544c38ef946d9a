// Scores one batch at a time on one device: while a chunk computes, the next is filled and copied.
//
// One thread at a time, any thread. Two slots take turns, so chunks end in the order they began.
// Whatever happens, the device has left the batch's vectors alone when score() returns.
#pragma once

#include <array>
#include <memory>
#include <span>

#include "host/backend/device_report.h"
#include "host/cuda/slot.h"

namespace qr::cuda {

class Lane {
  public:
    // On device `device`. Errors: those of the runtime.
    static Result<std::unique_ptr<Lane>> make(int device, const ChunkLimits& limits,
                                              std::span<const std::byte> page_locked);

    // Errors: those of the runtime; is_loss() tells that the device answers no more. Throws
    // std::bad_alloc or std::length_error when the host has no memory for the scores.
    Result<Scores> score(const ScoreBatch& batch);

    // Times small chunks both ways, and copies; loads every kernel on the way.
    Result<LaneFigures> measure();
    Result<void> set_launching(Launching launching);

    std::size_t device_bytes() const;

  private:
    explicit Lane(int device, const ChunkLimits& limits) : device_(device), limits_(limits) {}

    Result<void> run(const ScoreBatch& batch, BatchResults& results);
    Result<double> time_small_chunk(Launching launching);
    Result<double> time_copy();

    const int device_;
    const ChunkLimits limits_;
    std::array<std::unique_ptr<Slot>, 2> slots_;
};

}  // namespace qr::cuda
