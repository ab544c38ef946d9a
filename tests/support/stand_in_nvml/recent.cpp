// The functions of NVML that an older library lacks; see common.cpp.
#include <array>
#include <atomic>
#include <cstddef>

#include "tests/support/stand_in_nvml/figures.h"

namespace {

using namespace stand_in_nvml;

struct nvmlTemperature_v1_t {
    unsigned int version;
    unsigned int sensorType;
    int temperature;
};
constexpr unsigned kTemperatureV1 = 0x0100000C;

struct nvmlMemory_v2_t {
    unsigned int version;
    unsigned long long total;
    unsigned long long reserved;
    unsigned long long free;
    unsigned long long used;
};
constexpr unsigned kMemoryV2 = 0x02000028;

struct nvmlEventData_t {
    void* device;
    unsigned long long eventType;
    unsigned long long eventData;
    unsigned int gpuInstanceId;
    unsigned int computeInstanceId;
};
constexpr unsigned long long kXidCriticalError = 8;

// One set, as nobody here needs two.
struct Set {
    std::array<bool, kDevicesMax> registered{};
    std::size_t told = 0;
};
Set the_set;

int give_instance(const char* function, void* device, std::size_t at, unsigned* id) {
    if (const int told = enter(function, device_of(device)); told != kSuccess) return told;
    const auto found = number(device_of(device), "instances", at);
    if (!found) return kNotSupported;
    *id = static_cast<unsigned>(*found);
    return kSuccess;
}

}  // namespace

extern "C" {

int nvmlDeviceGetTemperatureV(void* device, nvmlTemperature_v1_t* temperature) {
    const int index = device_of(device);
    if (const int told = enter("nvmlDeviceGetTemperatureV", index); told != kSuccess) return told;
    if (temperature->version != kTemperatureV1) return kVersionMismatch;
    const auto found = number(index, "temperature");
    if (!found || temperature->sensorType != 0) return kNotSupported;
    temperature->temperature = static_cast<int>(*found);
    return kSuccess;
}

int nvmlDeviceGetMemoryInfo_v2(void* device, nvmlMemory_v2_t* memory) {
    const int index = device_of(device);
    if (const int told = enter("nvmlDeviceGetMemoryInfo_v2", index); told != kSuccess) return told;
    if (memory->version != kMemoryV2) return kVersionMismatch;
    const auto total = number(index, "memory"), used = number(index, "memory", 1);
    if (!total || !used) return kNotSupported;
    memory->total = *total;
    memory->reserved = 7;
    memory->used = *used;
    memory->free = *total - *used - 7;
    return kSuccess;
}

int nvmlDeviceGetCurrentClocksEventReasons(void* device, unsigned long long* reasons) {
    const int index = device_of(device);
    if (const int told = enter("nvmlDeviceGetCurrentClocksEventReasons", index); told != kSuccess)
        return told;
    const auto found = number(index, "clocks");
    if (!found) return kNotSupported;
    *reasons = *found;
    return kSuccess;
}

int nvmlEventSetCreate(void** set) {
    if (const int told = enter("nvmlEventSetCreate"); told != kSuccess) return told;
    the_set = {};
    *set = &the_set;
    return kSuccess;
}

int nvmlEventSetFree(void*) {
    return enter("nvmlEventSetFree");
}

int nvmlDeviceRegisterEvents(void* device, unsigned long long types, void* set) {
    const int index = device_of(device);
    if (const int told = enter("nvmlDeviceRegisterEvents", index); told != kSuccess) return told;
    if (types != kXidCriticalError) return kNotSupported;
    static_cast<Set*>(set)->registered.at(static_cast<std::size_t>(index)) = true;
    return kSuccess;
}

int nvmlEventSetWait_v2(void* set, nvmlEventData_t* data, unsigned) {
    if (const int told = enter("nvmlEventSetWait_v2"); told != kSuccess) return told;
    Set& waited = *static_cast<Set*>(set);
    const std::vector<Event> all = events();
    while (waited.told < all.size()) {
        const Event& event = all[waited.told++];
        if (!waited.registered.at(static_cast<std::size_t>(event.device))) continue;
        *data = {handle_of(event.device), kXidCriticalError, event.xid, event.gpu_instance,
                 event.compute_instance};
        return kSuccess;
    }
    return kTimeout;
}

int nvmlDeviceIsMigDeviceHandle(void* device, unsigned* is_mig) {
    const int index = device_of(device);
    if (const int told = enter("nvmlDeviceIsMigDeviceHandle", index); told != kSuccess) return told;
    *is_mig = number(index, "mig_of") ? 1 : 0;
    return kSuccess;
}

int nvmlDeviceGetDeviceHandleFromMigDeviceHandle(void* mig, void** device) {
    const int index = device_of(mig);
    if (const int told = enter("nvmlDeviceGetDeviceHandleFromMigDeviceHandle", index);
        told != kSuccess)
        return told;
    const auto board = number(index, "mig_of");
    if (!board) return kNotFound;
    *device = handle_of(static_cast<int>(*board));
    return kSuccess;
}

int nvmlDeviceGetGpuInstanceId(void* device, unsigned* id) {
    return give_instance("nvmlDeviceGetGpuInstanceId", device, 0, id);
}

int nvmlDeviceGetComputeInstanceId(void* device, unsigned* id) {
    return give_instance("nvmlDeviceGetComputeInstanceId", device, 1, id);
}

int nvmlDeviceGetMigMode(void* device, unsigned* current, unsigned* pending) {
    const int index = device_of(device);
    if (const int told = enter("nvmlDeviceGetMigMode", index); told != kSuccess) return told;
    const auto mode = number(index, "mig_mode");
    if (!mode) return kNotSupported;
    *current = *pending = static_cast<unsigned>(*mode);
    return kSuccess;
}

}  // extern "C"
