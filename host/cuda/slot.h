// One chunk's worth of a device: a stream, memory on both sides, and the way through it.
//
// A slot holds one chunk at a time, from start() to finish(); one thread at a time. All memory is
// taken when it is made. Waiting sleeps. A small chunk (Bucket) may travel by a graph that was
// captured beforehand: copy, two kernels and copy in one launch; larger ones are copied piece by
// piece while the next piece is being filled.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "host/cuda/batch_results.h"
#include "host/cuda/handles.h"
#include "host/cuda/slot_layout.h"

namespace qr::cuda {

// What is filled before it is copied, and between two questions whether it is still wanted: long
// enough that its launch, some microseconds, does not count.
inline constexpr std::size_t kPieceBytes = std::size_t{512} << 10;

// A size that graphs are captured for; each copies so much and launches so many blocks, whatever
// the chunk needs of them.
struct Bucket {
    std::size_t upload_bytes;
    std::size_t tasks;
    std::size_t overlap_blocks;
    std::size_t pairs;
};
// Copying in vain costs a few microseconds at most. Beyond the last of them filling and copying
// outlast every launch, and overlap better in pieces.
inline constexpr std::array<Bucket, 3> kBuckets = {{
    {std::size_t{32} << 10, 8, 64, 512},
    {std::size_t{128} << 10, 16, 128, 2048},
    {std::size_t{384} << 10, 32, 256, 4096},
}};
static_assert(kBuckets.back().upload_bytes <= kPieceBytes);
static_assert(kBuckets.back().pairs < device::kStripPairsMin, "graphs launch no strips");

enum class Launching { direct, graph };

class Slot {
  public:
    // On the thread's current device. `page_locked`: what may be copied from where it lies.
    static Result<std::unique_ptr<Slot>> make(const ChunkLimits& limits,
                                              std::span<const std::byte> page_locked);
    // Waits for what is under way, since it writes here.
    ~Slot();
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

    // Fills and enqueues the parts that are still wanted. The batch's vectors are read until
    // finish(). After an error only drain() may follow.
    Result<void> start(const ScoreBatch& batch, scoring::Method method, std::span<const Part> parts,
                       BatchResults& results);
    // Sleeps until the device is done, and hands its results over.
    Result<void> finish(BatchResults& results);
    // Nothing reads or writes the chunk's memory any more; its results are lost.
    void drain() noexcept;

    // How small chunks travel from now on; graphs are captured the first time.
    Result<void> set_launching(Launching launching);
    // Enqueues a copy of as much as a chunk's vectors and waits for it.
    Result<void> copy_all();

    std::size_t device_bytes() const { return shape_.device_bytes; }
    std::size_t copied_bytes() const { return shape_.origin; }  // by copy_all()

  private:
    using GraphsOfAMethod = std::array<GraphExecutable, kBuckets.size()>;

    Slot(const ChunkLimits& limits, std::span<const std::byte> page_locked)
        : limits_(limits), page_locked_(page_locked), shape_(shape_of(limits)) {}

    device::PairBatch write_tasks();
    Result<void> copy_direct();
    Result<bool> fill(BatchResults& results);
    Result<bool> fill_part(const PlacedPart& placed, BatchResults& results);
    Result<void> launch(scoring::Method method, const device::PairBatch& batch);
    Result<void> upload(std::size_t begin, std::size_t end);
    Result<void> flush(std::size_t end);
    Result<void> compute_and_download(scoring::Method method, const device::PairBatch& batch,
                                      std::size_t tasks, std::size_t pairs);
    Result<void> record();
    Result<void> wait();
    const GraphExecutable* graph_for(scoring::Method method, const device::PairBatch& batch) const;
    Result<GraphExecutable> capture(scoring::Method method, const Bucket& bucket);
    const device::PairTable* device_table() const;

    const ChunkLimits limits_;
    const std::span<const std::byte> page_locked_;
    const SlotShape shape_;
    // Streams and graphs go before the memory that their work names.
    PinnedMemory host_;
    DeviceMemory device_;
    Event done_;
    Stream stream_;
    std::array<GraphsOfAMethod, scoring::kMethods.size()> graphs_;
    Launching launching_ = Launching::direct;

    ChunkLayout layout_;      // of the chunk under way
    std::size_t copied_ = 0;  // what is staged up to here is on its way
    bool is_under_way_ = false;
    bool has_results_ = false;
};

}  // namespace qr::cuda
