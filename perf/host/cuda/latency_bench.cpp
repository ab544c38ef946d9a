// One request at a time through score(): the CPU backend beside the CUDA backend, which has it
// from ordinary memory, and from the memory that it reads without a copy.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "perf/host/cuda/backends.h"
#include "perf/host/cuda/bench.h"
#include "perf/host/cuda/measure.h"
#include "perf/host/cuda/search_data.h"

namespace qr::perf {
namespace {

using nlohmann::ordered_json;

constexpr std::uint64_t kSeed = 4;

ordered_json measure_request(Bench& bench, const Backends& backends, const Vectors& vectors) {
    const Effort effort = bench.plan.sizes.request;
    const Shape& shape = vectors.shape;
    const ScoreBatch batch = batch_of(shape, vectors.queries.data(), vectors.documents.data());
    const ScoreBatch in_place = staged(vectors, backends.cuda->staging());
    const auto expected = words_of(scores_of(*backends.cpu, batch));
    const auto gated = [&](const ScoreBatch& asked) {
        return bench.gate.pass("latency", expected, words_of(scores_of(*backends.cuda, asked)));
    };
    const auto time = [&](FidelityBackend& backend, const ScoreBatch& asked) {
        return time_calls(effort, [&] { static_cast<void>(scores_of(backend, asked)); });
    };
    ordered_json json{{"queries", shape.queries},
                      {"documents", shape.documents},
                      {"dimension", shape.dimension},
                      {"hash", gated(batch)}};
    const Times on_cpu = time(*backends.cpu, batch), on_cuda = time(*backends.cuda, batch);
    json["cpu"] = on_cpu.json();
    json["cuda"] = on_cuda.json();
    if (in_place.tasks.empty()) {
        json["cuda_staged"] = nullptr;
    } else {
        gated(in_place);
        json["cuda_staged"] = time(*backends.cuda, in_place).json();
    }
    json["cpu_over_cuda"] = on_cpu.median() / on_cuda.median();
    return json;
}

}  // namespace

void measure_latency(Bench& bench) {
    const Backends backends = make_backends();
    ordered_json requests = ordered_json::array();
    for (const Shape& shape : bench.plan.sizes.requests)
        requests.push_back(measure_request(bench, backends, Vectors(shape, kSeed)));
    bench.report.add("latency", {{"cpu", description_of(*backends.cpu)},
                                 {"cuda", description_of(*backends.cuda)},
                                 {"requests", std::move(requests)}});
}

}  // namespace qr::perf
