// The functions of NVML that every library has. Their signatures and layouts are written from
// NVIDIA's reference, apart from host/cuda/nvml_api.h, so that a mistake in either shows.
#include <cstddef>

#include "tests/support/stand_in_nvml/figures.h"

namespace {

using namespace stand_in_nvml;

struct nvmlMemory_t {
    unsigned long long total;
    unsigned long long free;
    unsigned long long used;
};

struct nvmlUtilization_t {
    unsigned int gpu;
    unsigned int memory;
};

int find_by(const char* key, const char* value, void** device) {
    for (int i = 0; i < kDevicesMax; ++i) {
        if (text(i, key) != value) continue;
        *device = handle_of(i);
        return kSuccess;
    }
    return kNotFound;
}

int give(const char* function, void* device, const char* key, unsigned* out) {
    if (const int told = enter(function, device_of(device)); told != kSuccess) return told;
    const auto found = number(device_of(device), key);
    if (!found) return kNotSupported;
    *out = static_cast<unsigned>(*found);
    return kSuccess;
}

int give_text(const char* function, void* device, const char* key, char* out, unsigned bytes) {
    if (const int told = enter(function, device_of(device)); told != kSuccess) return told;
    return copy(text(device_of(device), key), out, bytes);
}

}  // namespace

extern "C" {

int nvmlInit_v2() {
    const int told = enter("nvmlInit_v2");
    if (told == kSuccess) set_started(true);
    return told;
}

int nvmlShutdown() {
    const int told = enter("nvmlShutdown");
    if (told == kSuccess) set_started(false);
    return told;
}

const char* nvmlErrorString(int status) {
    switch (status) {
        case 1:
            return "Uninitialized";
        case 4:
            return "Insufficient Permissions";
        case 6:
            return "Not Found";
        case 9:
            return "Driver Not Loaded";
        case 15:
            return "GPU is lost";
        default:
            return "Unknown Error";
    }
}

int nvmlDeviceGetHandleByUUID(const char* uuid, void** device) {
    if (const int told = enter("nvmlDeviceGetHandleByUUID"); told != kSuccess) return told;
    return find_by("uuid", uuid, device);
}

int nvmlDeviceGetHandleByPciBusId_v2(const char* id, void** device) {
    if (const int told = enter("nvmlDeviceGetHandleByPciBusId_v2"); told != kSuccess) return told;
    return find_by("pci", id, device);
}

int nvmlDeviceGetUUID(void* device, char* uuid, unsigned bytes) {
    return give_text("nvmlDeviceGetUUID", device, "uuid", uuid, bytes);
}

int nvmlDeviceGetName(void* device, char* name, unsigned bytes) {
    return give_text("nvmlDeviceGetName", device, "name", name, bytes);
}

int nvmlDeviceGetTemperature(void* device, unsigned sensor, unsigned* celsius) {
    if (sensor != 0) return kNotSupported;
    return give("nvmlDeviceGetTemperature", device, "temperature", celsius);
}

int nvmlDeviceGetPowerUsage(void* device, unsigned* milliwatts) {
    return give("nvmlDeviceGetPowerUsage", device, "power", milliwatts);
}

int nvmlDeviceGetMemoryInfo(void* device, nvmlMemory_t* memory) {
    const int index = device_of(device);
    if (const int told = enter("nvmlDeviceGetMemoryInfo", index); told != kSuccess) return told;
    const auto total = number(index, "memory"), used = number(index, "memory", 1);
    if (!total || !used) return kNotSupported;
    *memory = {*total, *total - *used, *used};
    return kSuccess;
}

int nvmlDeviceGetUtilizationRates(void* device, nvmlUtilization_t* utilization) {
    const int index = device_of(device);
    if (const int told = enter("nvmlDeviceGetUtilizationRates", index); told != kSuccess)
        return told;
    const auto gpu = number(index, "utilisation");
    if (!gpu) return kNotSupported;
    *utilization = {static_cast<unsigned>(*gpu), 99};
    return kSuccess;
}

int nvmlDeviceGetTotalEccErrors(void* device, unsigned error, unsigned counter,
                                unsigned long long* count) {
    const int index = device_of(device);
    if (const int told = enter("nvmlDeviceGetTotalEccErrors", index); told != kSuccess) return told;
    const auto found = number(index, "ecc", error);
    if (!found || counter != 0 || error > 1) return kNotSupported;
    *count = *found;
    return kSuccess;
}

int nvmlDeviceGetCurrentClocksThrottleReasons(void* device, unsigned long long* reasons) {
    const int index = device_of(device);
    if (const int told = enter("nvmlDeviceGetCurrentClocksThrottleReasons", index);
        told != kSuccess)
        return told;
    const auto found = number(index, "clocks");
    if (!found) return kNotSupported;
    *reasons = *found;
    return kSuccess;
}

}  // extern "C"
