// What exact double scoring costs beside a fused float32 kernel, in the same run.
//
// A correctness gate comes first: nothing is timed unless the backend gives the bits of the
// reference, which is plain loops in double precision, and float32 the same to 1e-5. Hashes are of
// the scores. Requests rotate through several buffers that together fit the L2 cache, as vectors do
// that were read from a socket a moment ago; `offset` is how many bytes they start behind a cache
// line (a binary body has them anywhere). BM_Ratio takes both sides in turns, block by block, and
// reports the median of the blocks' ratios: its `vs_fp32_row` and `vs_fp32_four` are the figures to
// quote, and --benchmark_format=json hands them to a script.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "host/backend/backends.h"
#include "host/base/buffer.h"
#include "host/base/cpu_features.h"
#include "perf/gate.h"
#include "perf/host/backend/fp32_baseline.h"
#include "perf/micro.h"

namespace qr::perf {
namespace {

constexpr std::size_t kDocuments = 100;
constexpr std::size_t kDimension = 768;
constexpr std::size_t kRequests = 4;  // x 307 KB: together 1.2 MB
constexpr std::size_t kBlock = 64;    // requests timed at a stretch

// One request: a query and its documents behind it in one buffer, as a body holds them.
class Request {
  public:
    Request(std::mt19937& random, std::size_t offset_bytes)
        : buffer_((1 + kDocuments) * kDimension * sizeof(float) + offset_bytes),
          floats_(reinterpret_cast<float*>(buffer_.data() + offset_bytes)) {
        std::normal_distribution<float> component;
        std::generate_n(floats_, (1 + kDocuments) * kDimension, [&] { return component(random); });
    }
    MatrixView query() const { return {floats_, 1, kDimension}; }
    MatrixView documents() const { return {floats_ + kDimension, kDocuments, kDimension}; }

  private:
    Buffer buffer_;
    float* floats_;
};

std::vector<Request> make_requests(std::size_t offset_bytes) {
    std::mt19937 random(1);
    std::vector<Request> requests;
    for (std::size_t i = 0; i < kRequests; ++i)
        requests.emplace_back(random, offset_bytes);
    return requests;
}

std::vector<ScoreBatch> make_batches(const std::vector<Request>& requests, scoring::Method method) {
    std::vector<ScoreBatch> batches;
    for (const Request& request : requests)
        batches.push_back({{{request.query(), request.documents(), method}}});
    return batches;
}

std::unique_ptr<FidelityBackend> backend(std::string_view name) {
    auto made = make_backend(name, {.threads = 1});
    if (made.ok()) return std::move(made).value();
    std::fprintf(stderr, "%s\n", made.error().message.c_str());
    std::exit(1);
}

// Of every batch, one after the other.
std::vector<double> scores_of(FidelityBackend& tested, const std::vector<ScoreBatch>& batches) {
    std::vector<double> all;
    for (const ScoreBatch& batch : batches) {
        const auto scores = tested.score(batch);
        if (!scores.ok()) shut_gate(tested.name(), scores.error().message);
        const std::vector<double>& values = scores->tasks[0].values;
        all.insert(all.end(), values.begin(), values.end());
    }
    return all;
}

// The backend's scores have the reference's bits. Returns their hash.
std::string gate(std::string_view name, FidelityBackend& tested,
                 const std::vector<ScoreBatch>& batches) {
    const auto reference = backend("reference");
    const std::vector<double> expected = scores_of(*reference, batches);
    const std::vector<double> found = scores_of(tested, batches);
    return pass_gate<double>(name, expected, found);
}

void gate_float32(const Request& request, std::span<const double> exact) {
    for (const Fp32Pass& pass : {kFp32ByRow, kFp32FourRows}) {
        std::vector<float> cosines(kDocuments);
        pass.run(request.query().data, request.documents().data, kDocuments, kDimension,
                 cosines.data());
        for (std::size_t i = 0; i < kDocuments; ++i) {
            if (std::abs(exact[i] - double{cosines[i]}) <= 1e-5) continue;
            shut_gate(std::string("float32, ") + pass.name,
                      "differs from the exact cosine of row " + std::to_string(i));
        }
    }
}

template <class Call>
double microseconds_of_block(const Call& call) {
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < kBlock; ++i)
        call(i % kRequests);
    const std::chrono::duration<double, std::micro> elapsed =
        std::chrono::steady_clock::now() - start;
    return elapsed.count() / kBlock;
}

double median(std::vector<double> values) {
    std::nth_element(values.begin(),
                     values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

// Both sides in turns, so that a change of clock or a noisy neighbour meets both.
void compare(benchmark::State& state, std::size_t offset_bytes) {
    const auto requests = make_requests(offset_bytes);
    const auto batches = make_batches(requests, scoring::Method::signed_fidelity);
    const auto tested = backend("cpu");
    std::vector<float> cosines(kDocuments);
    const auto exact = [&](std::size_t i) { benchmark::DoNotOptimize(tested->score(batches[i])); };
    const auto fp32 = [&](const Fp32Pass& pass) {
        return microseconds_of_block([&](std::size_t i) {
            pass.run(requests[i].query().data, requests[i].documents().data, kDocuments, kDimension,
                     cosines.data());
            benchmark::DoNotOptimize(cosines.data());
            benchmark::ClobberMemory();
        });
    };
    std::vector<double> exact_us, by_row_us, four_rows_us, by_row_ratios, four_rows_ratios;
    for (auto _ : state) {
        by_row_us.push_back(fp32(kFp32ByRow));
        exact_us.push_back(microseconds_of_block(exact));
        four_rows_us.push_back(fp32(kFp32FourRows));
        by_row_ratios.push_back(exact_us.back() / by_row_us.back());
        four_rows_ratios.push_back(exact_us.back() / four_rows_us.back());
    }
    state.counters["exact_us"] = median(exact_us);
    state.counters["fp32_row_us"] = median(by_row_us);
    state.counters["fp32_four_us"] = median(four_rows_us);
    state.counters["vs_fp32_row"] = median(by_row_ratios);
    state.counters["vs_fp32_four"] = median(four_rows_ratios);
}

void add_ratio(std::size_t offset_bytes, Sizes sizes) {
    const std::string name = "BM_Ratio/offset:" + std::to_string(offset_bytes);
    const auto requests = make_requests(offset_bytes);
    const auto tested = backend("cpu");
    gate_float32(requests[0],
                 scores_of(*backend("reference"), make_batches(requests, scoring::Method::cosine)));
    const std::string hash =
        gate(name, *tested, make_batches(requests, scoring::Method::signed_fidelity));
    const std::string note = std::string(fp32_instruction_set()) + " float32 beside " +
                             tested->capabilities().instruction_set + " exact";
    add_benchmark(
        name, hash, [offset_bytes](benchmark::State& state) { compare(state, offset_bytes); }, note)
        ->Iterations(sizes == Sizes::smoke ? 2 : 400);
}

void score(benchmark::State& state, FidelityBackend& tested, scoring::Method method) {
    const auto requests = make_requests(4);
    const auto batches = make_batches(requests, method);
    std::size_t i = 0;
    for (auto _ : state)
        benchmark::DoNotOptimize(tested.score(batches[i++ % kRequests]));
}

// Left out where this CPU cannot run it.
void add_score(std::string_view backend_name, const scoring::MethodInfo& method) {
    auto made = make_backend(backend_name, {.threads = 1});
    if (!made.ok()) return;
    const std::shared_ptr<FidelityBackend> tested = std::move(made).value();
    const std::string name =
        "BM_Score/" + std::string(backend_name) + "/" + std::string(method.name);
    const auto requests = make_requests(4);
    const std::string hash = gate(name, *tested, make_batches(requests, method.method));
    add_benchmark(name, hash, [tested, method = method.method](benchmark::State& state) {
        score(state, *tested, method);
    });
}

// Many queries against the same documents: the converted row is used by four of them.
void add_many_queries(std::size_t queries) {
    const std::string name = "BM_ManyQueries/queries:" + std::to_string(queries);
    const auto requests = std::make_shared<const std::vector<Request>>(make_requests(0));
    const MatrixView rows = {(*requests)[1].documents().data, queries, kDimension};
    const ScoreBatch batch = {
        {{rows, (*requests)[0].documents(), scoring::Method::signed_fidelity}}};
    const std::shared_ptr<FidelityBackend> tested = backend("cpu");
    const std::string hash = gate(name, *tested, {batch});
    add_benchmark(name, hash, [requests, batch, tested, queries](benchmark::State& state) {
        for (auto _ : state)
            benchmark::DoNotOptimize(tested->score(batch));
        state.SetItemsProcessed(state.iterations() *
                                static_cast<std::int64_t>(queries * kDocuments));  // pairs
    });
}

void prepare(Sizes sizes) {
    for (const std::size_t offset_bytes : {0U, 4U})
        add_ratio(offset_bytes, sizes);
    for (const auto& method : scoring::kMethods)
        add_score("cpu", method);
    for (const char* name : {"cpu-avx512", "cpu-avx2", "cpu-scalar", "reference"})
        add_score(name, scoring::info(scoring::Method::signed_fidelity));
    for (const std::size_t queries : {1U, 4U, 16U, 64U})
        add_many_queries(queries);
}

}  // namespace
}  // namespace qr::perf

int main(int argc, char** argv) {
    if (!qr::is_supported(qr::InstructionSet::avx2)) {
        std::fprintf(stderr, "skipped=1: the float32 baseline needs a CPU with AVX2\n");
        return 1;
    }
    return qr::perf::run_benchmarks(argc, argv, qr::perf::prepare);
}
