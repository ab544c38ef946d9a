// The part of NVML that is used: NVIDIA's management library, which every driver brings.
//
// The toolkit is not needed to build: names, values and layouts are declared here as NVIDIA's NVML
// API reference documents them, and nvml_api_test.cpp holds each layout to its size and offsets.
// All of it is C and stable: where a function has changed, its name ends in another version. Sizes
// are those of 64-bit Linux.
#pragma once

#include <cstddef>

namespace qr::cuda::nvml {

using Device = struct DeviceHandle*;  // of the library; valid until it is shut down
using EventSet = struct EventSetHandle*;

// nvmlReturn_t: those that are told apart here.
enum class Status : int {
    success = 0,
    uninitialized = 1,
    invalid_argument = 2,
    not_supported = 3,
    no_permission = 4,
    not_found = 6,
    driver_not_loaded = 9,
    timeout = 10,
    function_not_found = 13,
    gpu_is_lost = 15,
    reset_required = 16,
    library_mismatch = 18,
    unknown = 999,
};

enum class TemperatureSensor : unsigned { gpu = 0 };
enum class EccError : unsigned { corrected = 0, uncorrected = 1 };
enum class EccCounter : unsigned { since_driver_load = 0 };  // NVML_VOLATILE_ECC

inline constexpr unsigned kMigEnabled = 1;
inline constexpr unsigned kNoInstance = 0xFFFF'FFFF;  // the event belongs to the whole device
inline constexpr unsigned long long kEventXid = 0x8;  // nvmlEventTypeXidCriticalError

inline constexpr std::size_t kNameBytes = 96;  // NVML_DEVICE_NAME_V2_BUFFER_SIZE
inline constexpr std::size_t kUuidBytes = 96;  // NVML_DEVICE_UUID_V2_BUFFER_SIZE

// nvmlClocksEventReason*: why a clock is lower than it could be.
enum ClocksReason : unsigned long long {
    kClocksIdle = 0x1,
    kClocksSetByUser = 0x2,
    kClocksPowerCap = 0x4,
    kClocksHardwareSlowdown = 0x8,
    kClocksSyncBoost = 0x10,
    kClocksThermal = 0x20,
    kClocksHardwareThermal = 0x40,
    kClocksPowerBrake = 0x80,
    kClocksDisplay = 0x100,
};

// A structure with a version begins with its own size and that version.
template <class Struct>
constexpr unsigned version_of(unsigned number) {
    return static_cast<unsigned>(sizeof(Struct)) | number << 24;
}

// nvmlTemperature_v1_t
struct Temperature {
    unsigned version;
    TemperatureSensor sensor;
    int celsius;
};

// nvmlMemory_t
struct Memory {
    unsigned long long total;
    unsigned long long free;
    unsigned long long used;
};

// nvmlMemory_v2_t: `used` without what the driver keeps for itself.
struct MemoryV2 {
    unsigned version;
    unsigned long long total;
    unsigned long long reserved;
    unsigned long long free;
    unsigned long long used;
};

// nvmlUtilization_t: percent of the time over the last sampling period
struct Utilization {
    unsigned gpu;
    unsigned memory;
};

// nvmlEventData_t as nvmlEventSetWait_v2 fills it
struct EventData {
    Device device;
    unsigned long long type;
    unsigned long long data;  // of an Xid event: the Xid
    unsigned gpu_instance;
    unsigned compute_instance;
};

// The functions; null where the library is too old, or too new, to have one.
struct Api {
    Status (*init)() = nullptr;      // nvmlInit_v2
    Status (*shutdown)() = nullptr;  // nvmlShutdown
    const char* (*error_string)(Status) = nullptr;

    Status (*handle_by_uuid)(const char*, Device*) = nullptr;
    Status (*handle_by_pci_bus_id)(const char*, Device*) = nullptr;  // _v2
    Status (*uuid)(Device, char*, unsigned) = nullptr;
    Status (*name)(Device, char*, unsigned) = nullptr;

    Status (*temperature)(Device, Temperature*) = nullptr;  // V, since 570
    Status (*temperature_before)(Device, TemperatureSensor, unsigned*) = nullptr;
    Status (*memory)(Device, MemoryV2*) = nullptr;  // _v2, since 510
    Status (*memory_before)(Device, Memory*) = nullptr;
    Status (*utilization)(Device, Utilization*) = nullptr;
    Status (*power)(Device, unsigned*) = nullptr;
    Status (*ecc_errors)(Device, EccError, EccCounter, unsigned long long*) = nullptr;
    Status (*clocks_reasons)(Device, unsigned long long*) = nullptr;  // EventReasons, since 535
    Status (*clocks_reasons_before)(Device, unsigned long long*) = nullptr;  // ThrottleReasons

    Status (*event_set_create)(EventSet*) = nullptr;
    Status (*event_set_free)(EventSet) = nullptr;
    Status (*event_set_wait)(EventSet, EventData*, unsigned) = nullptr;  // _v2; milliseconds
    Status (*register_events)(Device, unsigned long long, EventSet) = nullptr;

    // Multi-instance GPUs, since 450
    Status (*is_mig_device)(Device, unsigned*) = nullptr;
    Status (*parent_of_mig_device)(Device, Device*) = nullptr;
    Status (*gpu_instance)(Device, unsigned*) = nullptr;
    Status (*compute_instance)(Device, unsigned*) = nullptr;
    Status (*mig_mode)(Device, unsigned*, unsigned*) = nullptr;  // current, pending
};

}  // namespace qr::cuda::nvml
