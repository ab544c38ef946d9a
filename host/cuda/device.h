// Which devices this process sees, and what they are called.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <string>
#include <vector>

#include "host/base/error.h"

namespace qr::cuda {

struct DeviceInfo {
    int index = 0;  // as the runtime counts: CUDA_VISIBLE_DEVICES decides
    std::string name;
    std::string uuid;                // "GPU-" and 32 hexadecimal digits in groups
    std::string compute_capability;  // "9.0"
    std::string instruction_set;     // "sm_90"
    std::string pci_bus_id;          // "0000:3b:00.0"
    std::uint64_t memory_bytes = 0;
};

// At least one. `unavailable`, with Error::reason "no_driver", "old_driver" or "no_device" where
// that is the cause.
Result<std::vector<DeviceInfo>> visible_devices();

// Of the calling thread, for its next calls.
Result<void> use_device(int index);

std::string uuid_text(const cudaUUID_t& uuid);

}  // namespace qr::cuda
