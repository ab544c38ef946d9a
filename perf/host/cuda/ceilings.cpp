// What this device can reach at most, in this run: copies, plain arithmetic, matrix products.
#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "perf/host/cuda/bench.h"
#include "perf/host/cuda/device_values.h"
#include "perf/host/cuda/matrix_rates.h"
#include "perf/kernels/multiply_add.h"

namespace qr::perf {
namespace {

using nlohmann::ordered_json;

struct PinnedDeleter {
    void operator()(std::uint64_t* memory) const { cudaFreeHost(memory); }
};
using Pinned = std::unique_ptr<std::uint64_t, PinnedDeleter>;

Pinned make_pinned(std::size_t bytes) {
    void* memory = nullptr;
    require(cudaMallocHost(&memory, bytes), "page-locked memory");
    return Pinned(static_cast<std::uint64_t*>(memory));
}

ordered_json rate(const Times& times, double amount) {
    ordered_json json = times.json();
    json["per_s"] = amount / times.median();
    return json;
}

ordered_json measure_copies(Bench& bench) {
    const std::size_t bytes = bench.plan.sizes.copy_bytes;
    const DeviceValues<std::uint64_t> from(bytes / sizeof(std::uint64_t)), to(from.size());
    const Pinned pinned = make_pinned(bytes);
    std::vector<std::uint64_t> pageable(bytes / sizeof(std::uint64_t));
    for (std::size_t i = 0; i < pageable.size(); ++i)
        pageable[i] = (i + 1) * 0x9E3779B97F4A7C15U;
    const auto copy = [&](void* target, const void* source, cudaMemcpyKind kind) {
        require(cudaMemcpyAsync(target, source, bytes, kind, bench.stream), "a copy");
    };
    const auto time = [&](void* target, const void* source, cudaMemcpyKind kind, double amount) {
        return rate(time_on_device(bench.stream, bench.plan.sizes.device,
                                   [&] { copy(target, source, kind); }),
                    amount);
    };
    // Around once: what arrives in pinned memory must be what left the pageable one.
    copy(from.data(), pageable.data(), cudaMemcpyHostToDevice);
    copy(to.data(), from.data(), cudaMemcpyDeviceToDevice);
    copy(pinned.get(), to.data(), cudaMemcpyDeviceToHost);
    require(cudaStreamSynchronize(bench.stream), "copies");
    const std::string hash = bench.gate.pass(
        "copy", pageable, std::vector(pinned.get(), pinned.get() + pageable.size()));
    const auto once = static_cast<double>(bytes);
    ordered_json json{{"bytes", bytes}, {"hash", hash}};
    json["device_to_device"] = time(to.data(), from.data(), cudaMemcpyDeviceToDevice, 2 * once);
    json["pinned_to_device"] = time(to.data(), pinned.get(), cudaMemcpyHostToDevice, once);
    json["device_to_pinned"] = time(pinned.get(), to.data(), cudaMemcpyDeviceToHost, once);
    json["pageable_to_device"] = time(to.data(), pageable.data(), cudaMemcpyHostToDevice, once);
    json["device_to_pageable"] = time(pageable.data(), to.data(), cudaMemcpyDeviceToHost, once);
    bench.ceilings.copy_bytes = json["device_to_device"]["per_s"];
    return json;
}

template <class Number>
ordered_json measure_multiply_adds(Bench& bench, std::string_view gate) {
    int processors = 0;
    require(cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, 0), "a device");
    const unsigned blocks = static_cast<unsigned>(processors) * 8;
    const auto rounds = static_cast<unsigned>(bench.plan.sizes.multiply_add_rounds);
    const DeviceValues<Number> sums(std::size_t{blocks} * kMultiplyAddThreads);
    const auto run = [&] {
        require(multiply_add(sums.data(), blocks, rounds, Number{1}, Number{1}, bench.stream),
                "multiply_add");
    };
    run();
    require(cudaStreamSynchronize(bench.stream), "multiply_add");
    // Eight chains from 0..7, each `rounds` further.
    const auto expected = static_cast<Number>(28 + std::size_t{8} * rounds);
    bench.gate.pass(gate, words_of(std::vector<Number>(sums.size(), expected)),
                    words_of(sums.values()));
    const double operations = 2.0 * kMultiplyAddChains * static_cast<double>(sums.size()) * rounds;
    return rate(time_on_device(bench.stream, bench.plan.sizes.device, run), operations);
}

}  // namespace

void measure_ceilings(Bench& bench) {
    ordered_json json;
    json["copy"] = measure_copies(bench);
    json["multiply_add"]["fp32"] = measure_multiply_adds<float>(bench, "multiply_add fp32");
    json["multiply_add"]["fp64"] = measure_multiply_adds<double>(bench, "multiply_add fp64");
    bench.ceilings.fp32_operations = json["multiply_add"]["fp32"]["per_s"];
    bench.ceilings.fp64_operations = json["multiply_add"]["fp64"]["per_s"];
    json["matrix"] = measure_matrix_rates(bench);
    bench.report.add("ceilings", std::move(json));
}

}  // namespace qr::perf
