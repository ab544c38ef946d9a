// What a search lane holds: memory on both sides, all of it taken when it is made.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "host/cuda/collection/pass_plan.h"
#include "host/cuda/handles.h"
#include "kernels/overlap_matrix.h"
#include "kernels/rescore_stored.h"
#include "kernels/survivors.h"

namespace qr::cuda {

// What travels to the device before a pass and back behind it, the same on both sides.
struct alignas(16) PassControl {
    std::array<double, kSearchQueriesMax> norms2;     // of the queries: written by the device
    std::array<float, kSearchQueriesMax> residuals;   // likewise
    std::array<float, kSearchQueriesMax> thresholds;  // see SurvivorLists
    std::array<unsigned, kSearchQueriesMax> counts;
    std::array<device::ScanQuery, kSearchQueriesMax> queries;
    unsigned first_bad_row;  // that encode() wants
};

// What a graph's kernels read of a search on the device (kernels/deferred.h).
struct alignas(16) PassTasks {
    struct Tile {
        device::MatrixTask overlaps;
        device::AppendTask survivors;
    };
    std::array<Tile, kGraphTilesMax> tiles;
    device::StoredRescoreTask rescore;
};

// An array on the device, or page-locked, as part of a larger allocation.
struct LaneArrays {
    PassTasks* tasks = nullptr;
    PassControl* control = nullptr;  // directly behind them
    float* queries = nullptr;        // and behind it
    std::uint32_t* masks = nullptr;  // likewise of LaneLimits
    unsigned* ids = nullptr;
    double* norms2 = nullptr;  // of the listed rows
    double* dots = nullptr;
};

class LaneMemory {
  public:
    // On the thread's current device.
    static Result<LaneMemory> make(const LaneLimits& limits);
    static std::size_t device_bytes(const LaneLimits& limits);

    const LaneArrays& host() const { return host_arrays_; }
    const LaneArrays& device() const { return arrays_; }
    // On the device alone.
    std::byte* encoded() const { return encoded_; }
    float* overlaps() const { return overlaps_; }
    float* peaks() const { return peaks_; }
    float* survivor_keys() const { return survivor_keys_; }
    unsigned* survivor_rows() const { return survivor_rows_; }
    float* listed_keys() const { return listed_keys_; }

  private:
    template <class Take>
    static void place_shared(LaneArrays& arrays, const LaneLimits& limits, Take take);
    template <class Take>
    void place_own(const LaneLimits& limits, Take take);

    PinnedMemory host_;
    DeviceMemory device_;
    LaneArrays host_arrays_, arrays_;
    std::byte* encoded_ = nullptr;
    float* overlaps_ = nullptr;
    float* peaks_ = nullptr;
    float* survivor_keys_ = nullptr;
    unsigned* survivor_rows_ = nullptr;
    float* listed_keys_ = nullptr;
};

}  // namespace qr::cuda
