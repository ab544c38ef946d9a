// cudaMalloc and its kin, copies and fills.
//
// Device memory comes filled with NaN. It lies against a page that traps (under ASan: against a
// redzone), and where Settings::protects_memory says so, its own pages trap outside of kernels and
// copies. A copy is checked against the allocations that it names.
#include <cuda_runtime_api.h>
#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>

#include "tests/support/emulation/access_checker.h"
#include "tests/support/emulation/device.h"
#include "tests/support/emulation/emulation.h"
#include "tests/support/emulation/queue.h"
#include "tests/support/emulation/reports.h"

namespace qr::emulation {
namespace {

constexpr std::size_t kAlignment = 256;
constexpr std::size_t kPage = 4096;

struct Owned {
    Allocation what;
    void* mapped = nullptr;
    std::size_t mapped_bytes = 0;  // the guard page not counted; 0: from the heap
};

struct State {
    std::mutex mutex;
    std::map<const char*, Owned> allocations;
    int users = 0;  // of device memory, at this moment
};

State& state() {
    static State& state = *new State;
    return state;
}

constexpr std::size_t rounded(std::size_t bytes, std::size_t to) {
    return (bytes + to - 1) / to * to;
}

#ifdef QR_EMULATION_ASAN
char* take_memory(Owned& owned) {
    if (posix_memalign(&owned.mapped, kAlignment, owned.what.bytes) != 0) return nullptr;
    return static_cast<char*>(owned.mapped);
}
#else
char* take_memory(Owned& owned) {
    const std::size_t aligned = rounded(owned.what.bytes, kAlignment);
    owned.mapped_bytes = rounded(aligned, kPage);
    owned.mapped = mmap(nullptr, owned.mapped_bytes + kPage, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (owned.mapped == MAP_FAILED) return nullptr;
    char* guard = static_cast<char*>(owned.mapped) + owned.mapped_bytes;
    if (mprotect(guard, kPage, PROT_NONE) != 0) return nullptr;
    return guard - aligned;
}
#endif

void give_memory_back(const Owned& owned) {
    if constexpr (access_checker::kIsOn) access_checker::forget(owned.what.begin);
    if (owned.mapped_bytes == 0)
        std::free(owned.mapped);
    else
        munmap(owned.mapped, owned.mapped_bytes + kPage);
}

void protect_all(int how) {
    for (const auto& [begin, owned] : state().allocations) {
        if (owned.what.place == Place::kDevice && owned.mapped_bytes > 0)
            mprotect(owned.mapped, owned.mapped_bytes, how);
    }
}

std::size_t used_bytes() {
    std::size_t bytes = 0;
    for (const auto& [begin, owned] : state().allocations) {
        if (owned.what.place == Place::kDevice && owned.what.device == current_device())
            bytes += rounded(owned.what.bytes, kAlignment);
    }
    return bytes;
}

cudaError_t allocate(void** memory, std::size_t bytes, Place place) {
    if (memory == nullptr) return cudaErrorInvalidValue;
    if (const cudaError_t refused = refuse_in_capture(); refused != cudaSuccess) return refused;
    *memory = nullptr;
    if (bytes == 0) return cudaSuccess;
    const std::lock_guard lock(state().mutex);
    if (place == Place::kDevice && used_bytes() + bytes > settings().memory_bytes)
        return cudaErrorMemoryAllocation;
    Owned owned{{nullptr, bytes, place, current_device()}};
    char* begin = take_memory(owned);
    if (begin == nullptr) return cudaErrorMemoryAllocation;
    owned.what.begin = begin;
    std::memset(begin, 0xFF, bytes);
    state().allocations.emplace(begin, owned);
    if (settings().protects_memory && state().users == 0) protect_all(PROT_NONE);
    *memory = begin;
    return cudaSuccess;
}

cudaError_t release(void* memory, Place place) {
    if (memory == nullptr) return cudaSuccess;
    if (const cudaError_t refused = refuse_in_capture(); refused != cudaSuccess) return refused;
    finish_queues(Which::kAll);
    const std::lock_guard lock(state().mutex);
    const auto found = state().allocations.find(static_cast<char*>(memory));
    if (found == state().allocations.end() || found->second.what.place != place)
        return cudaErrorInvalidValue;
    give_memory_back(found->second);
    state().allocations.erase(found);
    return cudaSuccess;
}

// Whether the bytes begin in an allocation and end outside of it.
bool runs_over(const void* begin, std::size_t bytes) {
    return place_of(begin, 1) != Place::kPageable && place_of(begin, bytes) == Place::kPageable;
}

// Whether the two sides of a copy lie where its kind says.
bool fits(const void* target, const void* source, std::size_t bytes, cudaMemcpyKind kind) {
    if (runs_over(target, bytes) || runs_over(source, bytes)) return false;
    const bool to_device = place_of(target, bytes) == Place::kDevice;
    const bool from_device = place_of(source, bytes) == Place::kDevice;
    switch (kind) {
        case cudaMemcpyHostToHost:
            return !to_device && !from_device;
        case cudaMemcpyHostToDevice:
            return to_device && !from_device;
        case cudaMemcpyDeviceToHost:
            return !to_device && from_device;
        case cudaMemcpyDeviceToDevice:
            return to_device && from_device;
        case cudaMemcpyDefault:
            return true;
    }
    return false;
}

cudaError_t copy(void* target, const void* source, std::size_t bytes, cudaMemcpyKind kind,
                 cudaStream_t stream) {
    if (bytes == 0) return cudaSuccess;
    if (!fits(target, source, bytes, kind)) return cudaErrorInvalidValue;
    const bool is_pageable =
        place_of(target, bytes) == Place::kPageable || place_of(source, bytes) == Place::kPageable;
    if (is_pageable) {
        // The driver would stage it; either way the caller's memory is free on return.
        if (const cudaError_t code = refuse_in_capture(); code != cudaSuccess) return code;
    }
    const cudaError_t code = enqueue(
        [=] {
            const DeviceAccess access;
            std::memcpy(target, source, bytes);
        },
        stream);
    if (code != cudaSuccess || !is_pageable) return code;
    return synchronise(stream);
}

}  // namespace

DeviceAccess::DeviceAccess() {
    if (!settings().protects_memory) return;
    const std::lock_guard lock(state().mutex);
    if (state().users++ == 0) protect_all(PROT_READ | PROT_WRITE);
}

DeviceAccess::~DeviceAccess() {
    if (!settings().protects_memory) return;
    const std::lock_guard lock(state().mutex);
    if (--state().users == 0) protect_all(PROT_NONE);
}

Allocation allocation_below(const void* address) {
    const std::lock_guard lock(state().mutex);
    auto after = state().allocations.upper_bound(static_cast<const char*>(address));
    return after == state().allocations.begin() ? Allocation{} : std::prev(after)->second.what;
}

Place place_of(const void* address, std::size_t bytes) {
    const Allocation found = allocation_below(address);
    const auto offset = static_cast<std::size_t>(static_cast<const char*>(address) - found.begin);
    const bool is_inside =
        found.begin != nullptr && offset < found.bytes && bytes <= found.bytes - offset;
    return is_inside ? found.place : Place::kPageable;
}

std::size_t live_allocations() {
    const std::lock_guard lock(state().mutex);
    return state().allocations.size();
}

}  // namespace qr::emulation

using qr::emulation::call;
using qr::emulation::Place;

extern "C" {

cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
    return call(__func__, [&] { return qr::emulation::allocate(memory, bytes, Place::kDevice); });
}

cudaError_t cudaHostAlloc(void** memory, std::size_t bytes, unsigned) {
    return call(__func__, [&] { return qr::emulation::allocate(memory, bytes, Place::kPinned); });
}

cudaError_t cudaMallocHost(void** memory, std::size_t bytes) {
    return call(__func__, [&] { return qr::emulation::allocate(memory, bytes, Place::kPinned); });
}

cudaError_t cudaFree(void* memory) {
    return call(__func__, [&] { return qr::emulation::release(memory, Place::kDevice); });
}

cudaError_t cudaFreeHost(void* memory) {
    return call(__func__, [&] { return qr::emulation::release(memory, Place::kPinned); });
}

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
    return call(__func__, [&] {
        const std::lock_guard lock(qr::emulation::state().mutex);
        *total = qr::emulation::settings().memory_bytes;
        *free = *total - qr::emulation::used_bytes();
        return cudaSuccess;
    });
}

cudaError_t cudaMemcpyAsync(void* target, const void* source, std::size_t bytes,
                            cudaMemcpyKind kind, cudaStream_t stream) {
    return call(__func__, [&] { return qr::emulation::copy(target, source, bytes, kind, stream); });
}

cudaError_t cudaMemcpy(void* target, const void* source, std::size_t bytes, cudaMemcpyKind kind) {
    return call(__func__, [&] {
        const cudaError_t code = qr::emulation::copy(target, source, bytes, kind, nullptr);
        return code != cudaSuccess ? code : qr::emulation::device_error();
    });
}

cudaError_t cudaMemsetAsync(void* target, int value, std::size_t bytes, cudaStream_t stream) {
    return call(__func__, [&] {
        if (bytes == 0) return cudaSuccess;
        if (qr::emulation::place_of(target, bytes) == Place::kPageable)
            return cudaErrorInvalidValue;
        return qr::emulation::enqueue(
            [=] {
                const qr::emulation::DeviceAccess access;
                std::memset(target, value, bytes);
            },
            stream);
    });
}

cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void* pointer) {
    return call(__func__, [&] {
        const Place place = qr::emulation::place_of(pointer, 1);
        void* address = const_cast<void*>(pointer);
        *attributes = {};
        attributes->hostPointer = place == Place::kDevice ? nullptr : address;
        attributes->devicePointer = place == Place::kPageable ? nullptr : address;
        attributes->type = place == Place::kDevice   ? cudaMemoryTypeDevice
                           : place == Place::kPinned ? cudaMemoryTypeHost
                                                     : cudaMemoryTypeUnregistered;
        return cudaSuccess;
    });
}

}  // extern "C"
