// The CUDA backend and what the machine says of it, in one look: for doctor.
#pragma once

#include <memory>

#include "host/backend/cuda/diagnosis.h"
#include "host/backend/cuda/module.h"
#include "host/backend/fidelity_backend.h"

namespace qr::cuda {

struct Examination {
    Result<std::unique_ptr<FidelityBackend>> backend;  // its error is the finding's
    Probe probe;
    Finding finding;
};

// As make_backend(), and asks the machine whether or not that works.
Examination examine(const ModuleOptions& options);

}  // namespace qr::cuda
