// Searching a resident collection: the best documents of a batch of queries, against the floor.
//
// The floor (how long the device needs at least): the collection is read once at the copy
// bandwidth, or the multiplications run at the best rate measured for their precision, whichever
// takes longer. The exact path reads float32 and multiplies in double, the two steps float16.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "host/cuda/cublas.h"
#include "perf/host/cuda/bench.h"
#include "perf/host/cuda/device_search.h"
#include "perf/host/cuda/device_values.h"
#include "perf/host/cuda/npy.h"
#include "perf/host/cuda/search_data.h"

namespace qr::perf {
namespace {

using nlohmann::ordered_json;
using scoring::Method;

constexpr std::uint64_t kSeed = 2;
constexpr double kOfFloorMax = 1.5;
constexpr std::size_t kCublasWorkspaceBytes = std::size_t{32} << 20;
constexpr std::size_t kKeptForEach = 4;  // documents scored again for each that is asked for

double operations_of(const Shape& shape) {
    return 2.0 * static_cast<double>(shape.queries) * static_cast<double>(shape.documents) *
           static_cast<double>(shape.dimension);
}

ordered_json floor_of(double bytes, double bandwidth, double operations, double rate) {
    const double memory_s = bytes / bandwidth, compute_s = operations / rate;
    return {{"memory_s", memory_s},
            {"compute_s", compute_s},
            {"bound", memory_s >= compute_s ? "memory" : "compute"},
            {"s", std::max(memory_s, compute_s)}};
}

void export_arrays(const std::string& folder, const Vectors& vectors, const Best& best,
                   std::size_t k) {
    const Shape& shape = vectors.shape;
    for (const Result<void>& written :
         {write_npy(folder + "/queries.npy", vectors.queries.data(), shape.queries,
                    shape.dimension),
          write_npy(folder + "/documents.npy", vectors.documents.data(), shape.documents,
                    shape.dimension),
          write_npy(folder + "/columns.npy", best.columns.data(), shape.queries, k)}) {
        if (!written.ok()) give_up(written.error().message);
    }
}

ordered_json measure_exact(Bench& bench, const Vectors& vectors, const Best& expected) {
    const Sizes& sizes = bench.plan.sizes;
    const ExactSearch search(vectors, sizes.best);
    const auto dots = [&] {
        search.overlap(bench.stream);
        search.top_k(bench.stream);
    };
    const auto scores = [&] {
        search.overlap(bench.stream);
        search.read_out(bench.stream);
        search.top_k(bench.stream);
    };
    const auto gated = [&](const char* name, const auto& run, const Best& truth) {
        run();
        require(cudaStreamSynchronize(bench.stream), name);
        return bench.gate.pass(name, words_of(truth), words_of(search.best()));
    };
    const auto time = [&](const auto& run) {
        return time_on_device(bench.stream, sizes.device, run);
    };
    const std::string dots_hash =
        gated("search dots", dots, best_on_the_cpu(vectors, Method::dot, sizes.best));
    const std::string hash = gated("search exact", scores, expected);
    ordered_json json{{"hash", hash}, {"dots_hash", dots_hash}};
    json["overlap"] = time([&] { search.overlap(bench.stream); }).json();
    json["top_k"] = time([&] { search.top_k(bench.stream); }).json();
    const Times measured = time(dots);
    json["overlap_and_top_k"] = measured.json();
    json["read_out"] = time([&] { search.read_out(bench.stream); }).json();
    json["whole"] = time(scores).json();
    json["floor"] =
        floor_of(static_cast<double>(vectors.bytes()), bench.ceilings.copy_bytes,
                 operations_of(vectors.shape),
                 std::max(bench.ceilings.fp64_operations, bench.ceilings.fp64_matrix.value_or(0)));
    json["of_floor"] = measured.median() / json["floor"]["s"].get<double>();
    return json;
}

// The same overlaps by the other sides of the seam (kernels/overlap_matrix.h).
void measure_other_overlaps(Bench& bench, const TwoStepSearch& search, ordered_json& json) {
    const Effort effort = bench.plan.sizes.device;
    json["plain_overlap"] =
        time_on_device(bench.stream, effort, [&] { search.plain_overlap(bench.stream); }).json();
    const DeviceValues<unsigned char> workspace(kCublasWorkspaceBytes);
    const std::string& file = bench.plan.cublas;
    const auto cublas = cuda::Cublas::open({.file = file.empty() ? cuda::kCublasFile : file,
                                            .stream = bench.stream,
                                            .workspace = workspace.data(),
                                            .workspace_bytes = workspace.bytes()});
    if (!cublas.ok()) return;  // the ceilings say why
    json["cublas_overlap"] =
        time_on_device(bench.stream, effort, [&] { search.library_overlap(*cublas); }).json();
}

ordered_json measure_two_steps(Bench& bench, const Vectors& vectors, const Best& expected) {
    const Sizes& sizes = bench.plan.sizes;
    const TwoStepSearch search(vectors, sizes.best, kKeptForEach * sizes.best, bench.stream);
    const auto overlap_and_keep = [&] {
        search.overlap(bench.stream);
        search.keep(bench.stream);
    };
    const auto whole = [&] {
        search.encode(bench.stream);
        overlap_and_keep();
        search.rescore(bench.stream);
        search.read_out(bench.stream);
        search.top_k(bench.stream);
    };
    whole();
    require(cudaStreamSynchronize(bench.stream), "search two steps");
    const std::string hash =
        bench.gate.pass("search two steps", words_of(expected), words_of(search.best()));
    const auto time = [&](const auto& run) {
        return time_on_device(bench.stream, sizes.device, run);
    };
    ordered_json json{{"hash", hash}, {"kept", kKeptForEach * sizes.best}};
    json["encode"] = time([&] { search.encode(bench.stream); }).json();
    json["overlap"] = time([&] { search.overlap(bench.stream); }).json();
    json["keep"] = time([&] { search.keep(bench.stream); }).json();
    const Times measured = time(overlap_and_keep);
    json["overlap_and_keep"] = measured.json();
    json["rescore"] = time([&] { search.rescore(bench.stream); }).json();
    json["top_k"] = time([&] { search.top_k(bench.stream); }).json();
    json["whole"] = time(whole).json();
    measure_other_overlaps(bench, search, json);
    const char* const what = "overlap and top-k of float16 states, of the floor";
    if (!bench.ceilings.fp16_matrix.has_value()) {
        bench.report.bar(what, {}, Limit::at_most, kOfFloorMax, bench.ceilings.no_matrix);
        return json;
    }
    json["floor"] = floor_of(static_cast<double>(vectors.bytes()) / 2, bench.ceilings.copy_bytes,
                             operations_of(vectors.shape), *bench.ceilings.fp16_matrix);
    json["of_floor"] = measured.median() / json["floor"]["s"].get<double>();
    bench.report.bar(what, json["of_floor"].get<double>(), Limit::at_most, kOfFloorMax);
    return json;
}

}  // namespace

void measure_search(Bench& bench) {
    const Sizes& sizes = bench.plan.sizes;
    const Vectors vectors(sizes.search, kSeed);
    const Best expected = best_on_the_cpu(vectors, Method::signed_fidelity, sizes.best);
    ordered_json json{{"queries", sizes.search.queries},
                      {"documents", sizes.search.documents},
                      {"dimension", sizes.search.dimension},
                      {"k", sizes.best}};
    json["exact"] = measure_exact(bench, vectors, expected);
    json["two_steps"] = measure_two_steps(bench, vectors, expected);
    if (!bench.plan.arrays.empty()) export_arrays(bench.plan.arrays, vectors, expected, sizes.best);
    bench.report.add("search", std::move(json));
}

}  // namespace qr::perf
