// Devices and their properties, kernels and their attributes, names of errors.
#include "tests/support/emulation/device.h"

#include <cuda_runtime_api.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>

#include "tests/support/emulation/emulation.h"
#include "tests/support/emulation/queue.h"
#include "tests/support/emulation/reports.h"

namespace qr::emulation {
namespace {

constexpr int kProcessors = 4;
constexpr int kThreadsOfAProcessor = 2048;

thread_local int device = 0;

struct SharedLimits {
    std::mutex mutex;
    std::map<const void*, std::size_t> bytes;
};

SharedLimits& shared_limits() {
    static SharedLimits& limits = *new SharedLimits;
    return limits;
}

std::size_t shared_limit(const void* kernel) {
    const std::lock_guard lock(shared_limits().mutex);
    const auto found = shared_limits().bytes.find(kernel);
    return found == shared_limits().bytes.end() ? kSharedBytesDefault : found->second;
}

cudaDeviceProp properties() {
    cudaDeviceProp prop{};
    std::strcpy(prop.name, "Emulated device");
    prop.totalGlobalMem = settings().memory_bytes;
    prop.sharedMemPerBlock = kSharedBytesDefault;
    prop.sharedMemPerBlockOptin = kSharedBytesMax;
    prop.sharedMemPerMultiprocessor = kSharedBytesMax + 1024;
    prop.warpSize = 32;
    prop.maxThreadsPerBlock = kBlockThreadsMax;
    prop.maxThreadsPerMultiProcessor = kThreadsOfAProcessor;
    prop.multiProcessorCount = kProcessors;
    prop.major = 9;
    prop.asyncEngineCount = 2;
    prop.unifiedAddressing = 1;
    return prop;
}

cudaError_t attribute(int* value, cudaDeviceAttr which) {
    switch (which) {
        case cudaDevAttrMultiProcessorCount:
            *value = kProcessors;
            break;
        case cudaDevAttrMaxSharedMemoryPerBlock:
            *value = kSharedBytesDefault;
            break;
        case cudaDevAttrMaxSharedMemoryPerBlockOptin:
            *value = kSharedBytesMax;
            break;
        case cudaDevAttrMaxThreadsPerBlock:
            *value = kBlockThreadsMax;
            break;
        case cudaDevAttrMaxThreadsPerMultiProcessor:
            *value = kThreadsOfAProcessor;
            break;
        case cudaDevAttrWarpSize:
            *value = 32;
            break;
        case cudaDevAttrComputeCapabilityMajor:
            *value = 9;
            break;
        case cudaDevAttrComputeCapabilityMinor:
            *value = 0;
            break;
        case cudaDevAttrAsyncEngineCount:
            *value = 2;
            break;
        default:
            return cudaErrorInvalidValue;
    }
    return cudaSuccess;
}

cudaError_t limit_shared(const void* kernel, cudaFuncAttribute which, int value) {
    if (which != cudaFuncAttributeMaxDynamicSharedMemorySize) return cudaSuccess;  // a hint
    if (value < 0 || static_cast<std::size_t>(value) > kSharedBytesMax)
        return cudaErrorInvalidValue;
    const std::lock_guard lock(shared_limits().mutex);
    shared_limits().bytes[kernel] = static_cast<std::size_t>(value);
    return cudaSuccess;
}

}  // namespace

int current_device() {
    return device;
}

std::size_t live_objects() {
    return live_allocations() + live_streams();
}

cudaError_t enqueue(const cudaLaunchConfig_t& config, const KernelCall& kernel) {
    const Launch launch{config.gridDim, config.blockDim, config.dynamicSmemBytes, kernel,
                        std::shared_ptr<const void>(kernel.bound, kernel.destroy)};
    return call("cudaLaunchKernelEx", [&] {
        if (const cudaError_t code = check_shape(launch); code != cudaSuccess) return code;
        if (launch.dynamic_shared_bytes >
            std::max(kSharedBytesDefault, shared_limit(kernel.kernel)))
            return cudaErrorInvalidValue;
        if (device_of(config.stream) != current_device()) return cudaErrorInvalidResourceHandle;
        return enqueue([launch] { run_grid(launch); }, config.stream);
    });
}

}  // namespace qr::emulation

namespace em = qr::emulation;

extern "C" {

cudaError_t cudaGetDeviceCount(int* count) {
    return em::call(__func__, [&] {
        *count = em::settings().devices;
        return cudaSuccess;
    });
}

cudaError_t cudaSetDevice(int device) {
    return em::call(__func__, [&] {
        if (device < 0 || device >= em::settings().devices) return cudaErrorInvalidDevice;
        em::device = device;
        return cudaSuccess;
    });
}

cudaError_t cudaGetDevice(int* device) {
    return em::call(__func__, [&] {
        *device = em::device;
        return cudaSuccess;
    });
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
    return em::call(__func__, [&] {
        if (device < 0 || device >= em::settings().devices) return cudaErrorInvalidDevice;
        *properties = em::properties();
        properties->pciBusID = device + 1;
        return cudaSuccess;
    });
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
    return em::call(__func__, [&] {
        if (device < 0 || device >= em::settings().devices) return cudaErrorInvalidDevice;
        return em::attribute(value, attribute);
    });
}

cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
    return em::call(__func__, [&] {
        *least = 0;
        *greatest = -5;
        return cudaSuccess;
    });
}

// Without a driver these two still answer, as on a machine without one.
cudaError_t cudaDriverGetVersion(int* version) {
    *version = em::settings().devices == 0 ? 0 : CUDART_VERSION;
    return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int* version) {
    *version = CUDART_VERSION;
    return cudaSuccess;
}

cudaError_t cudaFuncSetAttribute(const void* kernel, cudaFuncAttribute attribute, int value) {
    return em::call(__func__, [&] { return em::limit_shared(kernel, attribute, value); });
}

cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, const void*, int threads,
                                                          std::size_t shared_bytes) {
    return em::call(__func__, [&] {
        if (threads <= 0) return cudaErrorInvalidValue;
        const auto by_shared = em::kSharedBytesMax / std::max<std::size_t>(shared_bytes, 1024);
        *blocks = std::min({em::kThreadsOfAProcessor / threads, static_cast<int>(by_shared), 32});
        return cudaSuccess;
    });
}

const char* cudaGetErrorName(cudaError_t error) {
#define QR_NAME(code) \
    case code:        \
        return #code
    switch (error) {
        QR_NAME(cudaSuccess);
        QR_NAME(cudaErrorInvalidValue);
        QR_NAME(cudaErrorMemoryAllocation);
        QR_NAME(cudaErrorInitializationError);
        QR_NAME(cudaErrorInvalidConfiguration);
        QR_NAME(cudaErrorInsufficientDriver);
        QR_NAME(cudaErrorNoDevice);
        QR_NAME(cudaErrorInvalidDevice);
        QR_NAME(cudaErrorInvalidResourceHandle);
        QR_NAME(cudaErrorIllegalState);
        QR_NAME(cudaErrorNotReady);
        QR_NAME(cudaErrorIllegalAddress);
        QR_NAME(cudaErrorLaunchFailure);
        QR_NAME(cudaErrorNotPermitted);
        QR_NAME(cudaErrorECCUncorrectable);
        QR_NAME(cudaErrorStreamCaptureUnsupported);
        QR_NAME(cudaErrorStreamCaptureInvalidated);
        QR_NAME(cudaErrorStreamCaptureMerge);
        QR_NAME(cudaErrorStreamCaptureUnmatched);
        QR_NAME(cudaErrorStreamCaptureUnjoined);
        QR_NAME(cudaErrorStreamCaptureIsolation);
        QR_NAME(cudaErrorStreamCaptureWrongThread);
        QR_NAME(cudaErrorCapturedEvent);
        default:
            return "another error";
    }
#undef QR_NAME
}

const char* cudaGetErrorString(cudaError_t error) {
    return cudaGetErrorName(error);
}

}  // extern "C"
