// Asks a machine about its CUDA devices without any CUDA library or header to build against: the
// driver's library is opened by name, and what is called of it is declared in probe.cpp.
//
// Costs what starting the driver costs, up to a second: for doctor, and to explain a failure.
#pragma once

#include <string>

#include "host/backend/cuda/diagnosis.h"
#include "host/backend/cuda/module.h"

namespace qr::cuda {

inline constexpr std::size_t kDevicesMax = 64;  // that are asked; a machine has up to 16

// Where to look; tests look elsewhere.
struct ProbePlaces {
    std::string driver_library = "libcuda.so.1";
    std::string cublas_library = "libcublas.so.13";
    std::string proc = "/proc";
    std::string dev = "/dev";
};

struct OpenedModule {
    ModuleProbe probe;
    const Module* module = nullptr;  // null: it has no door
};
// Opens it, for good.
OpenedModule open_and_probe(const std::string& path);

// `module_path` as open_module() takes it. Leaves refusal and is_made to the caller.
Probe probe_machine(const std::string& module_path, const ProbePlaces& places = {});

}  // namespace qr::cuda
