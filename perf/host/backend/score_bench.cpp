// What exact double scoring costs beside a fused float32 kernel, in the same run.
//
// A correctness gate comes first: nothing is timed unless the backend gives the reference's bits.
// Requests rotate through several buffers that together fit the L2 cache, as vectors do that were
// read from a socket a moment ago; `offset` is how many bytes they start behind a cache line (a
// binary body has them anywhere). BM_Ratio takes both sides in turns, block by block, and reports
// the median of the blocks' ratios: its `vs_fp32_row` and `vs_fp32_four` are the figures to quote,
// and --benchmark_format=json hands them to a script.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <vector>

#include "host/backend/backends.h"
#include "host/base/buffer.h"
#include "perf/host/backend/fp32_baseline.h"

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

std::uint64_t first_difference(FidelityBackend& tested, FidelityBackend& reference,
                               const ScoreBatch& batch) {
    const auto found = tested.score(batch);
    const auto expected = reference.score(batch);
    for (std::size_t i = 0; i < kDocuments; ++i) {
        if (std::bit_cast<std::uint64_t>(found->tasks[0].values[i]) !=
            std::bit_cast<std::uint64_t>(expected->tasks[0].values[i]))
            return i;
    }
    return kDocuments;
}

// Ends the program unless every method gives the reference's bits and float32 the same to 1e-5.
void gate() {
    const auto requests = make_requests(4);
    const auto tested = backend("cpu");
    const auto reference = backend("reference");
    for (const auto& method : scoring::kMethods) {
        for (const ScoreBatch& batch : make_batches(requests, method.method)) {
            if (first_difference(*tested, *reference, batch) == kDocuments) continue;
            std::fprintf(stderr, "wrong: %.*s differs from the reference\n",
                         static_cast<int>(method.name.size()), method.name.data());
            std::exit(1);
        }
    }
    const auto exact = reference->score(make_batches(requests, scoring::Method::cosine)[0]);
    for (const Fp32Pass& pass : {kFp32ByRow, kFp32FourRows}) {
        std::vector<float> cosines(kDocuments);
        pass.run(requests[0].query().data, requests[0].documents().data, kDocuments, kDimension,
                 cosines.data());
        for (std::size_t i = 0; i < kDocuments; ++i) {
            if (std::abs(exact->tasks[0].values[i] - double{cosines[i]}) <= 1e-5) continue;
            std::fprintf(stderr, "wrong: the float32 kernel, %s\n", pass.name);
            std::exit(1);
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
void BM_Ratio(benchmark::State& state) {
    const auto requests = make_requests(static_cast<std::size_t>(state.range(0)));
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
    state.SetLabel(std::string(fp32_instruction_set()) + " float32 beside " +
                   tested->capabilities().instruction_set + " exact");
}
BENCHMARK(BM_Ratio)->ArgName("offset")->Arg(0)->Arg(4)->Iterations(400);

void BM_Score(benchmark::State& state, const char* name, scoring::Method method) {
    const auto requests = make_requests(4);
    const auto batches = make_batches(requests, method);
    auto made = make_backend(name, {.threads = 1});
    if (!made.ok()) {
        state.SkipWithError(made.error().message.c_str());
        return;
    }
    std::size_t i = 0;
    for (auto _ : state)
        benchmark::DoNotOptimize((*made)->score(batches[i++ % kRequests]));
}
BENCHMARK_CAPTURE(BM_Score, avx512, "cpu-avx512", scoring::Method::signed_fidelity);
BENCHMARK_CAPTURE(BM_Score, avx2, "cpu-avx2", scoring::Method::signed_fidelity);
BENCHMARK_CAPTURE(BM_Score, scalar, "cpu-scalar", scoring::Method::signed_fidelity);
BENCHMARK_CAPTURE(BM_Score, bures_angle, "cpu", scoring::Method::bures_angle);
BENCHMARK_CAPTURE(BM_Score, reference, "reference", scoring::Method::signed_fidelity);

// Many queries against the same documents: the converted row is used by four of them.
void BM_ManyQueries(benchmark::State& state) {
    const auto requests = make_requests(0);
    const auto tested = backend("cpu");
    const MatrixView documents = requests[0].documents();
    const MatrixView queries = {requests[1].documents().data,
                                static_cast<std::size_t>(state.range(0)), kDimension};
    const ScoreBatch batch = {{{queries, documents, scoring::Method::signed_fidelity}}};
    for (auto _ : state)
        benchmark::DoNotOptimize(tested->score(batch));
    state.SetItemsProcessed(state.iterations() * state.range(0) *
                            static_cast<std::int64_t>(kDocuments));  // pairs
}
BENCHMARK(BM_ManyQueries)->ArgName("queries")->Arg(1)->Arg(4)->Arg(16)->Arg(64);

}  // namespace
}  // namespace qr::perf

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    qr::perf::gate();
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
