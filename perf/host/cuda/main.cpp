// gpu_bench: the CUDA kernels and the CUDA backend against ceilings of the same device, measured in
// the same run. `gpu_bench --help` says how; perf/gpu.sh runs it and keeps the figures.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "host/base/version.h"
#include "perf/host/cuda/bench.h"
#include "perf/host/cuda/measure.h"

namespace qr::perf {
namespace {

constexpr int kUsage = 2;
constexpr int kNoDevice = 3;

using Section = void (*)(Bench& bench);
constexpr Section kMeasures[] = {measure_ceilings,    measure_encode,  measure_search,
                                 measure_collections, measure_latency, measure_router};
static_assert(std::size(kMeasures) == std::size(kSections));

// Why there is nothing to measure on; empty: there is.
std::string missing_device() {
    int count = 0;
    const cudaError_t code = cudaGetDeviceCount(&count);
    if (code != cudaSuccess) return cudaGetErrorString(code);
    return count > 0 ? "" : "none is visible (CUDA_VISIBLE_DEVICES?)";
}

nlohmann::ordered_json device_json() {
    cudaDeviceProp found{};
    require(cudaGetDeviceProperties(&found, 0), "cudaGetDeviceProperties");
    int driver = 0, runtime = 0;
    require(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
    require(cudaRuntimeGetVersion(&runtime), "cudaRuntimeGetVersion");
    const auto version = [](int number) {
        return std::to_string(number / 1000) + "." + std::to_string(number % 1000 / 10);
    };
    return {{"name", found.name},
            {"compute_capability", std::to_string(found.major) + "." + std::to_string(found.minor)},
            {"multiprocessors", found.multiProcessorCount},
            {"memory_bytes", found.totalGlobalMem},
            {"l2_bytes", found.l2CacheSize},
            {"driver_cuda", version(driver)},
            {"runtime_cuda", version(runtime)}};
}

int write(const Plan& plan, const Report& report) {
    nlohmann::ordered_json json{
        {"device", device_json()}, {"version", version()},
        {"commit", commit()},      {"compiler", compiler()},
        {"build", build_type()},   {"sizes", plan.is_smoke ? "smoke" : "full"}};
    json.update(report.json());
    if (plan.output.empty()) {
        std::cout << json.dump(1) << std::endl;
        return 0;
    }
    std::ofstream file(plan.output);
    file << json.dump(1) << std::endl;
    if (file.good()) return 0;
    std::fprintf(stderr, "gpu_bench: --output: '%s' cannot be written\n", plan.output.c_str());
    return kUsage;
}

int run(const Plan& plan) {
    if (const std::string why = missing_device(); !why.empty()) {
        std::fprintf(stderr,
                     "gpu_bench: no CUDA device: %s. Run it where nvidia-smi lists one; "
                     "'quantumrerank doctor' tells causes apart.\n",
                     why.c_str());
        return kNoDevice;
    }
    if (plan.is_probe) {
        std::cout << device_json()["name"].get<std::string>() << std::endl;
        return 0;
    }
    Bench bench{.plan = plan, .gate = Gate(plan.spoiled), .report = {}};
    require(cudaStreamCreateWithFlags(&bench.stream, cudaStreamNonBlocking), "a stream");
    for (std::size_t i = 0; i < std::size(kSections); ++i) {
        const bool is_wanted =
            std::ranges::find(plan.sections, kSections[i]) != plan.sections.end();
        if (i > 0 && !is_wanted) continue;  // ceilings are always measured
        std::fprintf(stderr, "gpu_bench: %s\n", kSections[i]);
        kMeasures[i](bench);
    }
    require(cudaStreamDestroy(bench.stream), "a stream");
    return write(plan, bench.report);
}

}  // namespace
}  // namespace qr::perf

int main(int count, char** arguments) {
    using namespace qr::perf;
    const auto plan = parse_plan({arguments, static_cast<std::size_t>(count)});
    if (!plan.ok()) {
        std::fprintf(stderr, "gpu_bench: %s\n", plan.error().message.c_str());
        return kUsage;
    }
    if (!plan->help.empty()) {
        std::fputs(plan->help.c_str(), stdout);
        return 0;
    }
    return run(*plan);
}
