#include "perf/micro.h"

#include <string_view>
#include <utility>
#include <vector>

namespace qr::perf {
namespace {

constexpr std::string_view kSmoke = "--smoke";

}  // namespace

int run_benchmarks(int argc, char** argv, void (*prepare)(Sizes sizes)) {
    std::string briefly = "--benchmark_min_time=0.001";
    std::vector<char*> arguments;
    Sizes sizes = Sizes::full;
    for (int i = 0; i < argc; ++i) {
        const bool is_smoke = argv[i] == kSmoke;
        if (is_smoke) sizes = Sizes::smoke;
        arguments.push_back(is_smoke ? briefly.data() : argv[i]);
    }
    benchmark::Initialize(&argc, arguments.data());
    if (benchmark::ReportUnrecognizedArguments(argc, arguments.data())) return 2;
    prepare(sizes);
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}

benchmark::internal::Benchmark* add_benchmark(const std::string& name, const std::string& hash,
                                              std::function<void(benchmark::State&)> run,
                                              const std::string& note) {
    const std::string label = "hash=" + hash + (note.empty() ? "" : ", " + note);
    return benchmark::RegisterBenchmark(name.c_str(),
                                        [label, run = std::move(run)](benchmark::State& state) {
                                            run(state);
                                            state.SetLabel(label);
                                        });
}

}  // namespace qr::perf
