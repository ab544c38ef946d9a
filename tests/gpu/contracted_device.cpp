// The CUDA backend on the devices of this machine, as the contract suites meet it: as it ships,
// with the smallest slots that fit every pair, so that most tasks are cut, by either way of
// launching, and behind the failover.
#include <chrono>

#include "host/cuda/cuda_backend.h"
#include "tests/host/backend/contracted.h"
#include "tests/host/cuda/small_slots.h"

namespace qr::test {
namespace {

using Made = Result<std::unique_ptr<FidelityBackend>>;

Made make(const cuda::CudaOptions& options) {
    auto made = cuda::CudaBackend::make(options);
    if (!made.ok()) return made.error();
    return Made(std::move(*made));
}

Made make_small(cuda::Launching launching) {
    return make({.limits = cuda::kSmallSlots, .launching = launching});
}

Made make_before_the_cpu(const BackendOptions& options) {
    static const SteadyClock clock;
    auto device = make({});
    if (!device.ok()) return device;
    auto cpu = make_backend("cpu", options);
    if (!cpu.ok()) return cpu;
    auto made = FailoverBackend::make(*std::move(device), *std::move(cpu), clock,
                                      {.timeout = std::chrono::minutes(1)});
    if (!made.ok()) return made.error();
    return Made(std::move(*made));
}

const bool is_added = [] {
    std::vector<BackendEntry>& own = own_backends();
    own.push_back({"cuda", "as it ships", [](const BackendOptions&) {
                       return make({.staging_bytes = std::size_t{1} << 20});
                   }});
    own.push_back({"cuda-graphs", "small slots, by graphs",
                   [](const BackendOptions&) { return make_small(cuda::Launching::graph); }});
    own.push_back({"cuda-direct", "small slots, launch by launch",
                   [](const BackendOptions&) { return make_small(cuda::Launching::direct); }});
    own.push_back({"cuda-failover", "before the CPU", make_before_the_cpu});
    return true;
}();

}  // namespace
}  // namespace qr::test
