#include "host/cuda/collection/lane_memory.h"

#include <utility>

#include "kernels/rank.h"

namespace qr::cuda {
namespace {

constexpr std::size_t kAlignment = 256;
static_assert(sizeof(PassTasks) % 16 == 0 && sizeof(PassControl) % 16 == 0,
              "each lies behind the one before");

// Arrays one behind the other; without memory it only adds up what they take.
class Shelf {
  public:
    explicit Shelf(std::byte* memory) : memory_(memory) {}
    template <class T>
    void operator()(T*& array, std::size_t count) {
        if (memory_ != nullptr) array = reinterpret_cast<T*>(memory_ + bytes_);
        bytes_ += (count * sizeof(T) + kAlignment - 1) / kAlignment * kAlignment;
    }
    std::size_t bytes() const { return bytes_; }

  private:
    std::byte* const memory_;
    std::size_t bytes_ = 0;
};

}  // namespace

template <class Take>
void LaneMemory::place_shared(LaneArrays& arrays, const LaneLimits& limits, Take take) {
    std::byte* upload = nullptr;
    take(upload, sizeof(PassTasks) + sizeof(PassControl) + limits.query_numbers * sizeof(float));
    if (upload != nullptr) {
        arrays.tasks = reinterpret_cast<PassTasks*>(upload);
        arrays.control = reinterpret_cast<PassControl*>(upload + sizeof(PassTasks));
        arrays.queries = reinterpret_cast<float*>(upload + sizeof(PassTasks) + sizeof(PassControl));
    }
    take(arrays.masks, limits.mask_bytes / sizeof(std::uint32_t));
    take(arrays.ids, limits.listed);
    take(arrays.norms2, limits.listed);
    take(arrays.dots, limits.listed);
}

template <class Take>
void LaneMemory::place_own(const LaneLimits& limits, Take take) {
    take(encoded_, limits.query_numbers * sizeof(float));
    take(overlaps_, limits.tile_overlaps);
    take(peaks_, device::peaks_of(limits.tile_overlaps) + limits.queries);
    take(survivor_keys_, limits.survivors);
    take(survivor_rows_, limits.survivors);
    take(listed_keys_, limits.listed);
}

std::size_t LaneMemory::device_bytes(const LaneLimits& limits) {
    Shelf shelf(nullptr);
    LaneMemory none;
    place_shared(none.arrays_, limits, [&](auto*& array, std::size_t n) { shelf(array, n); });
    none.place_own(limits, [&](auto*& array, std::size_t n) { shelf(array, n); });
    return shelf.bytes();
}

Result<LaneMemory> LaneMemory::make(const LaneLimits& limits) {
    LaneMemory memory;
    Shelf needed(nullptr);
    place_shared(memory.host_arrays_, limits,
                 [&](auto*& array, std::size_t n) { needed(array, n); });
    Result<PinnedMemory> host = make_pinned_memory(needed.bytes());
    if (!host.ok()) return host.error();
    Result<DeviceMemory> device = make_device_memory(device_bytes(limits));
    if (!device.ok()) return device.error();
    memory.host_ = std::move(*host);
    memory.device_ = std::move(*device);
    Shelf pinned(memory.host_.data()), own(memory.device_.data());
    place_shared(memory.host_arrays_, limits,
                 [&](auto*& array, std::size_t n) { pinned(array, n); });
    place_shared(memory.arrays_, limits, [&](auto*& array, std::size_t n) { own(array, n); });
    memory.place_own(limits, [&](auto*& array, std::size_t n) { own(array, n); });
    return memory;
}

}  // namespace qr::cuda
