// A module without any device: the reference backend behind the door, or what the environment says.
//
// STAND_IN_MODULE_BUILD: its mark, in place of this build's. STAND_IN_MODULE_REFUSES: why there is
// no backend, "unavailable", "out_of_memory" or "internal".
#include <cstdlib>
#include <string>

#include "host/backend/cuda/module.h"
#include "host/backend/reference/reference_backend.h"

namespace {

using qr::Code;

qr::Result<std::unique_ptr<qr::FidelityBackend>> make(const qr::cuda::ModuleOptions&) {
    const char* const refusal = std::getenv("STAND_IN_MODULE_REFUSES");
    if (refusal == nullptr)
        return std::unique_ptr<qr::FidelityBackend>(std::make_unique<qr::ReferenceBackend>());
    for (const Code code : {Code::unavailable, Code::out_of_memory, Code::internal}) {
        if (qr::to_string(code) == refusal)
            return qr::Error{.code = code, .message = "the stand-in refuses", .pointer = "backend"};
    }
    std::abort();
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const qr::cuda::Module* qr_cuda_module() {
    static qr::cuda::Module module;
    const char* const build = std::getenv("STAND_IN_MODULE_BUILD");
    module = {.build = build == nullptr ? qr::cuda::build_mark() : build, .make_backend = &make};
    return &module;
}
