#include "host/backend/cuda/examine.h"

#include <string>
#include <utility>

#include "host/backend/cuda/probe.h"

namespace qr::cuda {

Examination examine(const ModuleOptions& options) {
    const std::string path = module_path(options);
    const Result<const Module*> module = open_module(path);
    Result<std::unique_ptr<FidelityBackend>> backend =
        module ? (*module)->make_backend(options) : module.error();
    Probe probe = probe_machine(path);
    probe.is_made = backend.ok();
    if (module && !backend) probe.refusal = backend.error();
    Finding finding = diagnose(probe, build_mark());
    if (!backend) backend = to_error(finding);
    return {std::move(backend), std::move(probe), std::move(finding)};
}

}  // namespace qr::cuda
