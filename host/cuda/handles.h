// The runtime's objects, each owned by one value and given back by its destructor.
//
// Making one is a function that returns a Result and acts on the thread's current device. Giving
// back works from any thread and never throws; what a lost device answers then is ignored, since
// its driver has taken everything back already.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <utility>

#include "host/base/error.h"

namespace qr::cuda {

template <class Handle, cudaError_t (*kGiveBack)(Handle)>
class Owned {
  public:
    Owned() = default;
    explicit Owned(Handle handle) : handle_(handle) {}
    Owned(Owned&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Owned& operator=(Owned&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~Owned() {
        if (handle_ != nullptr) static_cast<void>(kGiveBack(handle_));
    }

    Handle get() const { return handle_; }
    explicit operator bool() const { return handle_ != nullptr; }

  private:
    Handle handle_ = nullptr;
};

using Stream = Owned<cudaStream_t, cudaStreamDestroy>;
using Event = Owned<cudaEvent_t, cudaEventDestroy>;
using Graph = Owned<cudaGraph_t, cudaGraphDestroy>;
using GraphExecutable = Owned<cudaGraphExec_t, cudaGraphExecDestroy>;

template <cudaError_t (*kGiveBack)(void*)>
class Memory {
  public:
    Memory() = default;
    Memory(void* data, std::size_t bytes) : data_(data), bytes_(bytes) {}

    std::byte* data() const { return static_cast<std::byte*>(data_.get()); }
    std::size_t bytes() const { return bytes_; }

  private:
    Owned<void*, kGiveBack> data_;
    std::size_t bytes_ = 0;
};

using DeviceMemory = Memory<cudaFree>;
using PinnedMemory = Memory<cudaFreeHost>;  // of the host, page-locked: every device may copy it

// Streams do not wait for the null stream; waiting for an event sleeps, and takes no time of it.
Result<Stream> make_stream();
Result<Event> make_event();
Result<DeviceMemory> make_device_memory(std::size_t bytes);
Result<PinnedMemory> make_pinned_memory(std::size_t bytes);
// From what was captured; the graph itself is not needed any longer.
Result<GraphExecutable> make_executable(const Graph& graph);

}  // namespace qr::cuda
