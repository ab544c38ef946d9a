// Putting documents in the order of their scores: the best few of many, and all of them.
//
// The gate sorts all of them by score, stably, which leaves equal scores in the order of their
// indices; the scores are coarse, so that there are equal ones.
#include <algorithm>
#include <bit>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "host/rerank/reranker.h"
#include "perf/gate.h"
#include "perf/micro.h"

namespace qr::perf {
namespace {

constexpr std::uint32_t kSeed = 1;
constexpr unsigned kLevels = 1024;

struct Case {
    std::size_t queries;
    std::size_t documents;
    std::size_t top_n;  // 0: all
};
constexpr Case kCases[] = {{1, 100, 10},     {1, 100, 0},    {1, 10'000, 10},
                           {1, 10'000, 100}, {1, 10'000, 0}, {16, 1'000, 10}};

std::vector<double> make_scores(const Case& that) {
    std::mt19937 random(kSeed);
    std::vector<double> scores(that.queries * that.documents);
    for (double& score : scores)
        score = static_cast<double>(random() % kLevels) / kLevels;
    return scores;
}

// Index and score, word by word.
void append(std::vector<std::uint64_t>& words, std::size_t index, double score) {
    words.push_back(index);
    words.push_back(std::bit_cast<std::uint64_t>(score));
}

std::vector<std::uint64_t> expected_words(const Case& that, std::span<const double> scores) {
    const std::size_t count = that.top_n == 0 ? that.documents : that.top_n;
    std::vector<std::uint64_t> words;
    for (std::size_t query = 0; query < that.queries; ++query) {
        const auto row = scores.subspan(query * that.documents, that.documents);
        std::vector<std::size_t> order(that.documents);
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::stable_sort(order, [&](auto a, auto b) { return row[a] > row[b]; });
        for (std::size_t i = 0; i < count; ++i)
            append(words, order[i], row[order[i]]);
    }
    return words;
}

std::string gate(const Case& that, const std::string& name) {
    const std::vector<double> scores = make_scores(that);
    std::vector<std::uint64_t> found;
    for (const Ranking& ranking : rank(scores, that.queries, that.documents, that.top_n)) {
        for (const RankedDocument& ranked : ranking.documents)
            append(found, ranked.index, ranked.score);
    }
    const std::vector<std::uint64_t> expected = expected_words(that, scores);
    return pass_gate<std::uint64_t>(name, expected, found);
}

void rank_them(benchmark::State& state, const Case& that) {
    const std::vector<double> scores = make_scores(that);
    for (auto _ : state)
        benchmark::DoNotOptimize(rank(scores, that.queries, that.documents, that.top_n));
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(scores.size()));
}

void prepare(Sizes) {
    for (const Case& that : kCases) {
        const std::string name =
            "rank/queries:" + std::to_string(that.queries) +
            "/documents:" + std::to_string(that.documents) +
            "/top_n:" + (that.top_n == 0 ? std::string("all") : std::to_string(that.top_n));
        add_benchmark(name, gate(that, name),
                      [&that](benchmark::State& state) { rank_them(state, that); });
    }
}

}  // namespace
}  // namespace qr::perf

int main(int argc, char** argv) {
    return qr::perf::run_benchmarks(argc, argv, qr::perf::prepare);
}
