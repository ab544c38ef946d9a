// What one native request costs: reading it whole, in every form, and writing its answer.
//
// Gates: a request must give the very numbers that it was made of; an answer, read back field by
// field with strtod, the very ranking or scores. Filling the payload, as the socket would, and
// freeing the request stay outside the timing.
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "perf/gate.h"
#include "perf/inputs/answer.h"
#include "perf/inputs/rerank_body.h"
#include "perf/micro.h"

namespace qr::perf {
namespace {

constexpr std::size_t kCachedBytesMax = std::size_t{64} << 20;

// By its own clock: to pause the benchmark's costs as much as reading a small request.
void parse(benchmark::State& state, const RerankBody& body) {
    using std::chrono::steady_clock;
    BufferPool buffers(kCachedBytesMax);
    for (auto _ : state) {
        native::Payload payload = payload_of(body);  // the parser keeps it for good
        const auto start = steady_clock::now();
        const auto parsed = native::parse_rerank(std::move(payload), buffers, {});
        const std::chrono::duration<double> elapsed = steady_clock::now() - start;
        benchmark::DoNotOptimize(parsed.ok());
        state.SetIterationTime(elapsed.count());
    }
    state.counters["body_bytes"] = static_cast<double>(body.bytes.size());
}

void add_parsing(Form form, Shape shape) {
    const std::string name =
        "parse_rerank/" + std::string(to_string(form)) + "/" + to_string(shape);
    RerankBody body = make_rerank_body(form, shape);
    BufferPool buffers(0);
    const auto parsed = native::parse_rerank(payload_of(body), buffers, {});
    if (!parsed.ok()) shut_gate(name, parsed.error().message);
    const std::string hash = pass_gate(name, body, *parsed);
    add_benchmark(name, hash, [body = std::move(body)](benchmark::State& state) {
        parse(state, body);
    })->UseManualTime();
}

template <class Answer>
void add_printing(const std::string& name, Answer made) {
    const auto answer = std::make_shared<const Answer>(std::move(made));
    add_benchmark(name, pass_gate(name, *answer, print(*answer)),
                  [answer](benchmark::State& state) {
                      for (auto _ : state)
                          benchmark::DoNotOptimize(print(*answer));
                  });
}

void prepare(Sizes) {
    for (const Shape shape : {kLarge, kSmall}) {
        for (const Form form : kForms)
            add_parsing(form, shape);
    }
    add_printing("print_rankings/10", make_ranking_answer(kLarge, 10, Labels::none));
    add_printing("print_rankings/100", make_ranking_answer(kLarge, 100, Labels::none));
    add_printing("print_rankings/100_with_texts",
                 make_ranking_answer(kLarge, 100, Labels::ids_and_texts));
    add_printing("print_scores/100", make_score_answer(kLarge));
}

}  // namespace
}  // namespace qr::perf

int main(int argc, char** argv) {
    return qr::perf::run_benchmarks(argc, argv, qr::perf::prepare);
}
