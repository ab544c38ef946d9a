// What the micro benchmarks share: gates first, then timing, and a hash beside every figure.
//
//   <program> [--smoke] [--benchmark_...]
//
// With --smoke everything runs as briefly as it can: that is the test that none of them rots.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <functional>
#include <string>

namespace qr::perf {

enum class Sizes : std::uint8_t { full, smoke };

// `prepare` passes its gates and adds the benchmarks; then they run. The exit status.
int run_benchmarks(int argc, char** argv, void (*prepare)(Sizes sizes));

// `hash` is that of the answer which passed the gate: what `run` computes from the same input. It
// stands in the label, with the note behind it if there is one.
benchmark::internal::Benchmark* add_benchmark(const std::string& name, const std::string& hash,
                                              std::function<void(benchmark::State&)> run,
                                              const std::string& note = {});

}  // namespace qr::perf
