// What the parts of the emulated runtime ask of one another.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "driver_types.h"
#include "tests/support/emulation/include/emulated/launch.h"

namespace qr::emulation {

inline constexpr std::size_t kSharedBytesDefault = 48 << 10;  // without an attribute
inline constexpr std::size_t kSharedBytesMax = 227 << 10;     // of one block, sm_90
inline constexpr unsigned kBlockThreadsMax = 1024;

// What a stream or a graph keeps of a launch.
struct Launch {
    dim3 grid;
    dim3 block;
    std::size_t dynamic_shared_bytes = 0;
    KernelCall call{};
    std::shared_ptr<const void> bound;
};

// What is wrong with the shape of a launch, or success.
cudaError_t check_shape(const Launch& launch);
// Runs every block; a misuse becomes a report.
void run_grid(const Launch& launch);

// While one of these lives, device memory may be touched (see Settings::protects_memory).
class DeviceAccess {
  public:
    DeviceAccess();
    ~DeviceAccess();
    DeviceAccess(const DeviceAccess&) = delete;
    DeviceAccess& operator=(const DeviceAccess&) = delete;
};

enum class Place { kPageable, kPinned, kDevice };
struct Allocation {
    const char* begin = nullptr;
    std::size_t bytes = 0;
    Place place = Place::kPageable;
    int device = 0;
};
// The allocation that begins at or nearest below the address; place kPageable when there is none.
Allocation allocation_below(const void* address);
// Where these bytes lie; kPageable, too, when they run over the end of an allocation.
Place place_of(const void* address, std::size_t bytes);
std::size_t live_allocations();

int current_device();

using Work = std::function<void()>;
// Appends to the stream, or to the graph that it captures.
cudaError_t enqueue(Work work, cudaStream_t stream);
cudaError_t synchronise(cudaStream_t stream);
int device_of(cudaStream_t stream);
// The calling thread may not call what a capture forbids; the capture is void if it does.
cudaError_t refuse_in_capture();
std::size_t live_streams();

}  // namespace qr::emulation
