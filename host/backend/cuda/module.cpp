// QR_MODULE_FROM_BINARY is defined for this file alone, in CMakeLists.txt.
#include "host/backend/cuda/module.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "host/backend/cuda/diagnosis.h"
#include "host/backend/cuda/probe.h"

namespace qr::cuda {

std::string module_path_beside(const std::string& executable) {
    const std::filesystem::path folder = std::filesystem::path(executable).parent_path();
    return (folder / QR_MODULE_FROM_BINARY).lexically_normal().string();
}

std::string module_path(const ModuleOptions& options) {
    if (!options.path.empty()) return options.path;
    std::error_code unread;
    return module_path_beside(std::filesystem::read_symlink("/proc/self/exe", unread).string());
}

Result<const Module*> open_module(const std::string& path) {
    const OpenedModule opened = open_and_probe(path);
    const Finding finding = diagnose_module(opened.probe, build_mark());
    if (finding.cause != Cause::none) return to_error(finding);
    return opened.module;
}

namespace {

// Through the module's `make`; the machine is asked where that cannot serve.
template <class Made>
Result<std::unique_ptr<Made>> make_through(
    Result<std::unique_ptr<Made>> (*Module::*make)(const ModuleOptions&),
    const ModuleOptions& options) {
    const std::string path = module_path(options);
    const Result<const Module*> module = open_module(path);
    if (!module) return module.error();
    Result<std::unique_ptr<Made>> made = ((*module)->*make)(options);
    if (made || made.error().code == Code::internal || made.error().code == Code::invalid)
        return made;
    Probe probe = probe_machine(path);
    probe.refusal = std::move(made).error();
    return to_error(diagnose(probe, build_mark()));
}

}  // namespace

Result<std::unique_ptr<FidelityBackend>> make_backend(const ModuleOptions& options) {
    return make_through(&Module::make_backend, options);
}

Result<std::unique_ptr<CollectionEngine>> make_collection_engine(const ModuleOptions& options) {
    return make_through(&Module::make_collection_engine, options);
}

}  // namespace qr::cuda
