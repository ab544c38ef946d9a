// The registry: every backend by name, in order of preference.
//
// Adding a backend is one class and one line here; the contract suite, --backend, doctor and
// /health pick it up by themselves.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "host/backend/cuda/module.h"
#include "host/backend/fidelity_backend.h"

namespace qr {

struct BackendOptions {
    std::size_t threads = 0;  // of a CPU pool, the calling thread included; 0 = one per online core
    cuda::ModuleOptions cuda = {};
    // Told of each backend that "auto" would have preferred and why it cannot be made.
    std::function<void(std::string_view name, const Error& why)> on_passed_over = nullptr;
};

struct BackendEntry {
    std::string_view name;
    std::string_view description;
    // `unavailable` when this machine cannot run it, with the reason.
    Result<std::unique_ptr<FidelityBackend>> (*make)(const BackendOptions& options);
};

// "cuda", "cpu" (best instruction set), "cpu-avx512", "cpu-avx2", "cpu-scalar", "reference".
const std::vector<BackendEntry>& backends();

// name "auto" takes the first that can be made. Errors: `invalid` for an unknown name (listing the
// known ones), `unavailable` for one that this machine cannot run.
Result<std::unique_ptr<FidelityBackend>> make_backend(std::span<const BackendEntry> entries,
                                                      std::string_view name,
                                                      const BackendOptions& options);

// Out of backends().
Result<std::unique_ptr<FidelityBackend>> make_backend(std::string_view name,
                                                      const BackendOptions& options);

}  // namespace qr
