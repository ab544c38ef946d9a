#include "host/collection/engine/collection_engines.h"

#include <algorithm>
#include <new>
#include <string>
#include <system_error>
#include <thread>

#include "host/base/misfit.h"
#include "host/collection/engine/cpu/cpu_engine.h"
#include "host/collection/engine/reference/reference_engine.h"

namespace qr {
namespace {

constexpr std::size_t kThreadsMax = 1024;

using Made = Result<std::unique_ptr<CollectionEngine>>;

Made make_cpu(const EngineOptions& options) {
    const std::size_t online = std::max(1U, std::thread::hardware_concurrency());
    const std::size_t threads = options.threads == 0 ? online : options.threads;
    const std::string found = std::to_string(threads);
    if (threads > kThreadsMax) {
        const std::string allowed = "0.." + std::to_string(kThreadsMax);
        return misfit_at(Code::invalid, "threads", found, allowed);
    }
    try {
        return Made(std::make_unique<cpu::CpuEngine>(
            cpu::CpuEngineOptions{.threads = threads, .memory_max = options.memory_max}));
    } catch (const std::system_error& error) {
        return Error{.code = Code::unavailable,
                     .message = "engine 'cpu' cannot start " + found + " threads: " + error.what(),
                     .pointer = "threads"};
    } catch (const std::bad_alloc&) {
        return Error{.code = Code::out_of_memory, .message = "no memory for the engine 'cpu'"};
    }
}

Made make_cuda(const EngineOptions& options) {
    cuda::ModuleOptions module = options.cuda;
    module.tables_max_bytes = options.memory_max;
    return cuda::make_collection_engine(module);
}

std::string known_names() {
    std::string names = "auto";
    for (const EngineEntry& entry : collection_engines())
        names.append(", ").append(entry.name);
    return names;
}

Made make_first(const EngineOptions& options) {
    Made made = Error{.code = Code::unavailable, .message = "no collection engine is registered"};
    for (const EngineEntry& entry : collection_engines()) {
        made = entry.make(options);
        if (made.ok()) break;
    }
    return made;
}

}  // namespace

const std::vector<EngineEntry>& collection_engines() {
    static const std::vector<EngineEntry> entries = {
        {cpu::CpuEngine::kName, "CPU, the best kernels it runs", &make_cpu},
        // Not before the CPU: what it takes on a device has not been measured yet.
        {"cuda", "an NVIDIA device, through the module of the package quantumrerank-cuda",
         &make_cuda},
        {ReferenceEngine::kName, "plain double loops: the oracle, slow, one thread",
         [](const EngineOptions& options) {
             return Made(std::make_unique<ReferenceEngine>(options.memory_max));
         }},
    };
    return entries;
}

Made make_collection_engine(std::string_view name, const EngineOptions& options) {
    if (name == "auto") return make_first(options);
    for (const EngineEntry& entry : collection_engines()) {
        if (entry.name == name) return entry.make(options);
    }
    const std::string known = known_names();
    return Error{.code = Code::invalid,
                 .message = misfit_text("engine", '\'' + std::string(name) + '\'', known),
                 .pointer = "engine",
                 .found = std::string(name),
                 .allowed = known};
}

}  // namespace qr
