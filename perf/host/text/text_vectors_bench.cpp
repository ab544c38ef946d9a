// Vectors of texts by the model that the server carries, with every instruction set of this CPU.
//
// The gate makes each vector in double precision from the file's numbers, one after another, and
// asks for what float32 can give.
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "host/text/text_vectors.h"
#include "perf/gate.h"
#include "perf/inputs/english.h"
#include "perf/micro.h"
#include "perf/result_hash.h"

namespace qr::perf {
namespace {

constexpr std::size_t kTexts = 100;
constexpr double kTolerance = 1e-6;

std::string gate(const TextVectors& vectors, const std::vector<std::string>& texts) {
    ResultHash hash;
    std::vector<float> found(vectors.model().dimension);
    for (const std::string& text : texts) {
        const std::vector<double> expected = expected_vector(vectors.model(), text);
        vectors.write(text, found);
        for (std::size_t i = 0; i < found.size(); ++i) {
            if (std::abs(expected[i] - double{found[i]}) > kTolerance)
                shut_gate("vector of a text", "differs at the number " + std::to_string(i));
        }
        hash.add(std::as_bytes(std::span(found)));
    }
    return hash.text();
}

void encode(benchmark::State& state, const TextVectors& vectors,
            const std::vector<std::string>& texts) {
    std::vector<float> out(vectors.model().dimension);
    for (auto _ : state) {
        for (const std::string& text : texts)
            benchmark::DoNotOptimize(vectors.write(text, out));
    }
}

void prepare(Sizes) {
    for (const InstructionSet set : {InstructionSet::scalar, InstructionSet::avx2}) {
        if (!is_supported(set)) continue;
        const auto vectors = std::make_shared<const TextVectors>(embedded_model(), set);
        for (const std::size_t bytes : {100U, 1000U}) {
            const std::vector<std::string> texts = english_texts(kTexts, bytes);
            add_benchmark("encode/" + std::string(to_string(set)) + "/100_texts_of_" +
                              std::to_string(bytes) + "_bytes",
                          gate(*vectors, texts), [vectors, texts](benchmark::State& state) {
                              encode(state, *vectors, texts);
                          });
        }
    }
}

}  // namespace
}  // namespace qr::perf

int main(int argc, char** argv) {
    return qr::perf::run_benchmarks(argc, argv, qr::perf::prepare);
}
