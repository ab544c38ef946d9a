#include "host/backend/backends.h"

#include <algorithm>
#include <new>
#include <string>
#include <system_error>
#include <thread>

#include "host/backend/cpu/cpu_backend.h"
#include "host/backend/cpu/kernels.h"
#include "host/backend/reference/reference_backend.h"
#include "host/base/cpu_features.h"

namespace qr {
namespace {

constexpr std::size_t kThreadsMax = 1024;

using Made = Result<std::unique_ptr<FidelityBackend>>;

Made make_cpu(std::string_view name, InstructionSet set, const BackendOptions& options) {
    if (!is_supported(set)) {
        return Error{.code = Code::unavailable,
                     .message = "backend '" + std::string(name) + "' needs " +
                                std::string(to_string(set)) + ", this CPU offers at most " +
                                std::string(to_string(best_instruction_set())),
                     .pointer = "backend"};
    }
    const std::size_t online = std::max(1U, std::thread::hardware_concurrency());
    const std::size_t threads = options.threads == 0 ? online : options.threads;
    if (threads > kThreadsMax) {
        return Error{.code = Code::invalid,
                     .message = "backend '" + std::string(name) + "': " + std::to_string(threads) +
                                " threads, allowed are up to " + std::to_string(kThreadsMax),
                     .pointer = "threads",
                     .found = std::to_string(threads),
                     .allowed = "0.." + std::to_string(kThreadsMax)};
    }
    try {
        return Made(std::make_unique<cpu::CpuBackend>(name, cpu::kernels_for(set), threads));
    } catch (const std::system_error& error) {
        return Error{.code = Code::unavailable,
                     .message = "backend '" + std::string(name) + "' cannot start " +
                                std::to_string(threads) + " threads: " + error.what(),
                     .pointer = "threads"};
    } catch (const std::bad_alloc&) {
        return Error{.code = Code::out_of_memory, .message = "no memory for the CPU backend"};
    }
}

std::string names_of(std::span<const BackendEntry> entries) {
    std::string names = "auto";
    for (const BackendEntry& entry : entries)
        names.append(", ").append(entry.name);
    return names;
}

Made make_first(std::span<const BackendEntry> entries, const BackendOptions& options) {
    Made made = Error{.code = Code::unavailable, .message = "no backend is registered"};
    for (const BackendEntry& entry : entries) {
        made = entry.make(options);
        if (made.ok()) break;
        if (options.on_passed_over) options.on_passed_over(entry.name, made.error());
    }
    return made;
}

}  // namespace

const std::vector<BackendEntry>& backends() {
    static const std::vector<BackendEntry> entries = {
        {"cuda", "NVIDIA devices, through the module of the package quantumrerank-cuda",
         [](const BackendOptions& options) { return cuda::make_backend(options.cuda); }},
        {"cpu", "CPU, the best instruction set it offers",
         [](const BackendOptions& options) {
             return make_cpu("cpu", best_instruction_set(), options);
         }},
        {"cpu-avx512", "CPU, AVX-512 kernels",
         [](const BackendOptions& options) {
             return make_cpu("cpu-avx512", InstructionSet::avx512, options);
         }},
        {"cpu-avx2", "CPU, AVX2 kernels",
         [](const BackendOptions& options) {
             return make_cpu("cpu-avx2", InstructionSet::avx2, options);
         }},
        {"cpu-scalar", "CPU, kernels for any x86-64",
         [](const BackendOptions& options) {
             return make_cpu("cpu-scalar", InstructionSet::scalar, options);
         }},
        {ReferenceBackend::kName, "plain double loops: the oracle, slow, one thread",
         [](const BackendOptions&) { return Made(std::make_unique<ReferenceBackend>()); }},
    };
    return entries;
}

Result<std::unique_ptr<FidelityBackend>> make_backend(std::span<const BackendEntry> entries,
                                                      std::string_view name,
                                                      const BackendOptions& options) {
    if (name == "auto") return make_first(entries, options);
    for (const BackendEntry& entry : entries) {
        if (entry.name == name) return entry.make(options);
    }
    const std::string known = names_of(entries);
    return Error{.code = Code::invalid,
                 .message = "backend '" + std::string(name) + "' is unknown, allowed are " + known,
                 .pointer = "backend",
                 .found = std::string(name),
                 .allowed = known};
}

Result<std::unique_ptr<FidelityBackend>> make_backend(std::string_view name,
                                                      const BackendOptions& options) {
    return make_backend(backends(), name, options);
}

}  // namespace qr
