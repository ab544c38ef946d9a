// Where the device begins to be the quicker side: what the cost router predicts from its
// calibration, beside what requests really take, and what each of its choices costs. Vectors lie
// where a server with a device parses them: in its page-locked memory.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "host/backend/calibration.h"
#include "host/backend/cost_model.h"
#include "host/base/clock.h"
#include "perf/host/cuda/backends.h"
#include "perf/host/cuda/bench.h"
#include "perf/host/cuda/measure.h"
#include "perf/host/cuda/search_data.h"

namespace qr::perf {
namespace {

using nlohmann::ordered_json;

constexpr std::uint64_t kSeed = 6;

SideCosts calibrated(FidelityBackend& backend) {
    const SteadyClock clock;
    const auto costs = calibrate(backend, clock);
    if (!costs.ok()) give_up(costs.error().message);
    return *costs;
}

ordered_json json_of(const SideCosts& costs) {
    return {{"latency_s", costs.latency},
            {"task_s", costs.task},
            {"byte_s", costs.byte},
            {"staged_byte_s", costs.staged_byte},
            {"multiply_add_s", costs.multiply_add},
            {"pair_s", costs.pair}};
}

// Queries 1, 2, 4... against the same documents, up to shape.queries.
ordered_json measure_line(Bench& bench, const Backends& backends, const SideCosts& device,
                          const SideCosts& host, const Shape& shape) {
    const Vectors vectors(shape, kSeed);
    const StagingMemory memory = backends.cuda->staging();
    const ScoreBatch all = staged(vectors, memory);
    if (all.tasks.empty()) give_up("router: the staging memory is too small");
    ordered_json points = ordered_json::array();
    ordered_json measured = nullptr;
    double worst = 1;
    for (std::size_t count = 1; count <= shape.queries; count *= 2) {
        ScoreBatch batch = all;
        batch.tasks.front().queries.rows = count;
        const auto median = [&](FidelityBackend& backend) {
            return time_calls(bench.plan.sizes.crossover,
                              [&] { static_cast<void>(scores_of(backend, batch)); })
                .median();
        };
        bench.gate.pass("router", words_of(scores_of(*backends.cpu, batch)),
                        words_of(scores_of(*backends.cuda, batch)));
        const double cpu_s = median(*backends.cpu), cuda_s = median(*backends.cuda);
        const BatchShape task = shape_of(batch, memory.bytes);
        const bool is_host = is_host_first(seconds(host, task), seconds(device, task));
        const double of_best = (is_host ? cpu_s : cuda_s) / std::min(cpu_s, cuda_s);
        worst = std::max(worst, of_best);
        if (measured.is_null() && !is_host_first(cpu_s, cuda_s)) measured = count;
        points.push_back({{"queries", count},
                          {"cpu_s", cpu_s},
                          {"cuda_s", cuda_s},
                          {"estimated_cpu_s", seconds(host, task)},
                          {"estimated_cuda_s", seconds(device, task)},
                          {"chosen", is_host ? "cpu" : "cuda"},
                          {"chosen_over_best", of_best}});
    }
    const auto predicted =
        crossover_queries(device, host, shape.documents, shape.dimension, shape.queries);
    ordered_json json{{"documents", shape.documents}, {"dimension", shape.dimension}};
    json["predicted_queries"] = predicted.has_value() ? ordered_json(*predicted) : nullptr;
    json["measured_queries"] = std::move(measured);  // the first that was tried
    json["queries_tried_max"] = shape.queries;
    json["worst_chosen_over_best"] = worst;
    json["points"] = std::move(points);
    return json;
}

}  // namespace

void measure_router(Bench& bench) {
    const Backends backends = make_backends();
    const SideCosts device = calibrated(*backends.cuda), host = calibrated(*backends.cpu);
    ordered_json lines = ordered_json::array();
    for (const Shape& shape : bench.plan.sizes.crossovers)
        lines.push_back(measure_line(bench, backends, device, host, shape));
    bench.report.add("router", {{"calibrated", {{"cpu", json_of(host)}, {"cuda", json_of(device)}}},
                                {"lines", std::move(lines)}});
}

}  // namespace qr::perf
