// A module without any device: the reference backend and the reference engine behind the door, or
// what the environment says.
//
// STAND_IN_MODULE_BUILD: its mark, in place of this build's. STAND_IN_MODULE_REFUSES: why there is
// neither, "unavailable", "out_of_memory" or "internal".
#include <cstdlib>
#include <string>

#include "host/backend/cuda/module.h"
#include "host/backend/reference/reference_backend.h"
#include "host/collection/engine/reference/reference_engine.h"

namespace {

using qr::Code;

template <class Made>
qr::Result<std::unique_ptr<Made>> unless_refused(std::unique_ptr<Made> made) {
    const char* const refusal = std::getenv("STAND_IN_MODULE_REFUSES");
    if (refusal == nullptr) return made;
    for (const Code code : {Code::unavailable, Code::out_of_memory, Code::internal}) {
        if (qr::to_string(code) == refusal)
            return qr::Error{.code = code, .message = "the stand-in refuses", .pointer = "backend"};
    }
    std::abort();
}

qr::Result<std::unique_ptr<qr::FidelityBackend>> make(const qr::cuda::ModuleOptions&) {
    return unless_refused<qr::FidelityBackend>(std::make_unique<qr::ReferenceBackend>());
}

qr::Result<std::unique_ptr<qr::CollectionEngine>> make_engine(
    const qr::cuda::ModuleOptions& options) {
    return unless_refused<qr::CollectionEngine>(
        std::make_unique<qr::ReferenceEngine>(options.tables_max_bytes));
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const qr::cuda::Module* qr_cuda_module() {
    static qr::cuda::Module module;
    const char* const build = std::getenv("STAND_IN_MODULE_BUILD");
    module = {.build = build == nullptr ? qr::cuda::build_mark() : build,
              .make_backend = &make,
              .make_collection_engine = &make_engine};
    return &module;
}
