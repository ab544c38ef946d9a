// Ids of texts, beside copying them: plain English, and the same with an accent on every e.
//
// The gate takes the ids from tokens(), which knows no quick path for ASCII.
#include <cstring>
#include <string>
#include <vector>

#include "perf/gate.h"
#include "perf/inputs/english.h"
#include "perf/micro.h"

namespace qr::perf {
namespace {

constexpr std::size_t kTexts = 100;
constexpr std::size_t kTokensMax = 512;

using Texts = std::vector<std::string>;
using Ids = std::vector<std::uint32_t>;

const Tokenizer& tokenizer() {
    static const Model2Vec model = embedded_model();
    return model.tokenizer;
}

std::int64_t bytes_of(const Texts& texts) {
    std::size_t bytes = 0;
    for (const std::string& text : texts)
        bytes += text.size();
    return static_cast<std::int64_t>(bytes);
}

std::string gate(const std::string& name, const Texts& texts) {
    Ids expected;
    Ids found;
    for (const std::string& text : texts) {
        const std::vector<Token> tokens = tokenizer().tokens(text, SpecialTokens::leave_out);
        for (std::size_t i = 0; i < std::min(tokens.size(), kTokensMax); ++i)
            expected.push_back(tokens[i].id);
        tokenizer().ids(text, kTokensMax, found);
    }
    return pass_gate(name, std::span<const std::uint32_t>(expected),
                     std::span<const std::uint32_t>(found));
}

void tokenize(benchmark::State& state, const Texts& texts) {
    Ids ids;
    for (auto _ : state) {
        for (const std::string& text : texts) {
            ids.clear();
            tokenizer().ids(text, kTokensMax, ids);
            benchmark::DoNotOptimize(ids.data());
        }
    }
    state.SetBytesProcessed(state.iterations() * bytes_of(texts));
}

void copy(benchmark::State& state, const Texts& texts) {
    std::string out;
    for (auto _ : state) {
        for (const std::string& text : texts) {
            out.assign(text);
            benchmark::DoNotOptimize(out.data());
        }
    }
    state.SetBytesProcessed(state.iterations() * bytes_of(texts));
}

void add(const std::string& name, const Texts& texts) {
    add_benchmark(name, gate(name, texts),
                  [texts](benchmark::State& state) { tokenize(state, texts); });
}

void prepare(Sizes) {
    const Texts brief = english_texts(kTexts, 100);
    add("ids/english/100_texts_of_100_bytes", brief);
    add("ids/english/100_texts_of_1_KB", english_texts(kTexts, 1000));
    add("ids/accented/100_texts_of_1_KB", accented_texts(kTexts, 1000));
    add_benchmark("copy_of_100_texts_of_100_bytes", gate("copied", brief),
                  [brief](benchmark::State& state) { copy(state, brief); });
}

}  // namespace
}  // namespace qr::perf

int main(int argc, char** argv) {
    return qr::perf::run_benchmarks(argc, argv, qr::perf::prepare);
}
