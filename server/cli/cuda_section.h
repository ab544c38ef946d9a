// What doctor says of CUDA: the finding with its remedy, the driver, the module and the devices.
#pragma once

#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "host/backend/cuda/diagnosis.h"
#include "host/backend/device_report.h"

namespace qr::cli {

struct CudaSection {
    cuda::Probe probe;
    cuda::Finding finding;
    std::vector<DeviceReport> devices;  // of the backend; none where there is no backend
};

nlohmann::ordered_json to_json(const CudaSection& section);
void print(const CudaSection& section, std::ostream& out);

}  // namespace qr::cli
