// The CUDA part as the server sees it: a shared object that is opened at run time.
//
// The server starts on machines that have neither a driver nor a CUDA library; everything that
// needs them is behind this door. The module is of the same build as the server, or is refused: it
// hands over C++ objects.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "host/backend/fidelity_backend.h"
#include "host/collection/engine/collection_engine.h"

namespace qr::cuda {

struct ModuleOptions {
    std::string path;  // of the shared object; empty: where the installation put it
    // Page-locked memory that requests are parsed into (StagingMemory), beside the lanes' own.
    std::size_t staging_bytes = std::size_t{64} << 20;
    // Of device memory, that the tables of a collection engine may take together; 0, or more than
    // there is: what is free when the engine is made, less a reserve.
    std::size_t tables_max_bytes = 0;
};

// What the module's one C symbol returns; static storage.
struct Module {
    const char* build;  // build_mark() of what it was built from; first, since it is read of any
    // Every visible device, lanes and memory planned. Errors: `unavailable` (no device, a driver
    // that is too old...) and `out_of_memory`; the message names the cause.
    Result<std::unique_ptr<FidelityBackend>> (*make_backend)(const ModuleOptions& options);
    // On the first device. Errors: likewise.
    Result<std::unique_ptr<CollectionEngine>> (*make_collection_engine)(
        const ModuleOptions& options);
};
inline constexpr const char* kModuleSymbol = "qr_cuda_module";  // const Module* qr_cuda_module()
using ModuleFunction = const Module* (*)();

// Version, commit, compiler and layout of what crosses the door: what both sides must have in
// common. Static storage.
const char* build_mark();

// Where the module lies: options.path, or its place relative to this process's executable, which is
// the same in a build tree and in an installation.
std::string module_path(const ModuleOptions& options);
std::string module_path_beside(const std::string& executable);

// The module, opened once for the whole process and never closed. `unavailable`: no such file, no
// such symbol, or another build, with what was found; the remedy stands in the message.
Result<const Module*> open_module(const std::string& path);

// Through the module. Errors: those of either; where the module says `unavailable` or
// `out_of_memory`, the machine is asked for the cause, and the remedy stands in the message.
Result<std::unique_ptr<FidelityBackend>> make_backend(const ModuleOptions& options);
Result<std::unique_ptr<CollectionEngine>> make_collection_engine(const ModuleOptions& options);

}  // namespace qr::cuda
