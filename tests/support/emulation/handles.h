// What the runtime's opaque handles point at, and the register of those that are alive.
#pragma once

#include <cuda_runtime_api.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/emulation/queue.h"

namespace qr::emulation {

using Clock = std::chrono::steady_clock;

struct Branch {
    std::uint64_t captured = 1;  // the fork itself counts: it must be joined
    std::uint64_t joined = 0;
};

struct Capture {
    cudaStream_t origin = nullptr;
    cudaStreamCaptureMode mode{};
    std::thread::id thread = std::this_thread::get_id();
    bool is_void = false;
    bool has_ended = false;
    std::vector<Work> work;
    std::map<cudaStream_t, Branch> branches;
};

struct Handles {
    std::recursive_mutex mutex;
    std::set<const void*> live;
    std::vector<std::shared_ptr<Capture>> captures;
};

Handles& handles();
using Lock = std::lock_guard<std::recursive_mutex>;

}  // namespace qr::emulation

// The toolkit's headers declare these names at global scope.
struct CUstream_st {
    int device;
    std::shared_ptr<qr::emulation::Queue> queue;
    std::shared_ptr<qr::emulation::Capture> capture;
};
struct CUevent_st {
    bool has_time;
    qr::emulation::Point point;
    std::shared_ptr<qr::emulation::Clock::time_point> time;
    std::shared_ptr<qr::emulation::Capture> capture;
    cudaStream_t captured_in;
    std::uint64_t captured_at;
};
struct CUgraph_st {
    std::vector<qr::emulation::Work> work;
};
struct CUgraphExec_st {
    std::shared_ptr<const std::vector<qr::emulation::Work>> work;
};

namespace qr::emulation {

template <class Object>
cudaError_t keep(Object** handle, Object object) {
    *handle = new Object(std::move(object));
    handles().live.insert(*handle);
    return cudaSuccess;
}

template <class Object>
cudaError_t destroy(Object* handle) {
    const Lock lock(handles().mutex);
    if (handles().live.erase(handle) == 0) return cudaErrorInvalidResourceHandle;
    delete handle;
    return cudaSuccess;
}

inline bool is_live(const void* handle) {
    const Lock lock(handles().mutex);
    return handles().live.contains(handle);
}

inline bool is_stream(cudaStream_t stream) {
    return stream == nullptr || is_live(stream);
}

// The waiting stream joins the event's capture, and what the event follows counts as joined.
cudaError_t wait_in_capture(cudaStream_t stream, cudaEvent_t event);

}  // namespace qr::emulation
