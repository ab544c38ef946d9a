// One device as NVML knows it: found by its identity, then asked for its figures.
//
// A figure that the device or the library does not support stays absent, without a word; any other
// refusal is named once in the condition's message. A MIG instance is asked for its memory, and the
// board it is part of for all that the instances share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/cuda/device_monitor.h"
#include "host/cuda/nvml_library.h"

namespace qr::cuda {

struct NvmlDevice {
    nvml::Device handle = nullptr;  // of the instance where it is one
    nvml::Device board = nullptr;   // else the same
    std::string uuid;
    std::string board_uuid;
    std::string mig_profile;  // of an instance: "1g.10gb"; empty: the whole device
    std::optional<unsigned> gpu_instance;
    std::optional<unsigned> compute_instance;
    std::string note;  // why some figures may not be this device's; may be empty
};

// By its UUID; by the same UUID as a MIG instance's, because CUDA writes both alike; by its place
// on the bus. `not_found`, or `unavailable` where the driver refuses.
Result<NvmlDevice> find_device(const NvmlLibrary& library, const DeviceIdentity& identity);

// All but the Xid errors. A device that is lost is asked for nothing more, as each call may be
// slow.
DeviceCondition ask(const NvmlLibrary& library, const NvmlDevice& device);

// "thermal", "power_cap"...; what is no throttling (idle, clocks set by the user) is left out.
std::vector<std::string> words_of_clocks_reasons(unsigned long long reasons);

// "1g.10gb" of "NVIDIA H100 80GB HBM3 MIG 1g.10gb"; "unknown" where the name gives none.
std::string mig_profile_in(const std::string& name);

}  // namespace qr::cuda
