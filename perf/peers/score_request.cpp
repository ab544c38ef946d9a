// Our side of the in-process comparison: scores one request again and again, when told to.
//
// Speaks as worker.py does, so that one driver takes both in turns: a first line of JSON with the
// rankings, then for each line `N SECONDS` of its input the median time of a request of N
// documents. A request here is what the server does behind parsing: exact scores, then the ranking.
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "host/backend/backends.h"
#include "host/base/narrow.h"
#include "host/rerank/reranker.h"
#include "perf/peers/turns.h"

namespace qr::perf {
namespace {

constexpr std::size_t kTopN = 10;
constexpr std::size_t kBuffers = 4;  // as worker.py: vectors that were read a moment ago
constexpr std::size_t kBlock = 16;   // requests timed at a stretch

struct Options {
    std::string vectors;  // a file of float32 rows, the query first
    std::size_t dimension = 0;
    std::size_t threads = 1;
    std::vector<std::size_t> documents;
};

int complain(const std::string& message) {
    std::cerr << "score_request: " << message << '\n';
    return 1;
}

// One request of `documents` documents, in several buffers.
class Requests {
  public:
    Requests(const std::vector<float>& vectors, std::size_t documents, std::size_t dimension)
        : documents_(documents), dimension_(dimension) {
        const auto end = vectors.begin() + narrow<std::ptrdiff_t>((1 + documents) * dimension);
        for (std::size_t i = 0; i < kBuffers; ++i)
            buffers_.emplace_back(vectors.begin(), end);
    }
    ScoreTask task(std::size_t number) const {
        const float* floats = buffers_[number % kBuffers].data();
        return {{floats, 1, dimension_},
                {floats + dimension_, documents_, dimension_},
                scoring::Method::cosine};
    }

  private:
    std::size_t documents_;
    std::size_t dimension_;
    std::vector<std::vector<float>> buffers_;
};

Ranking ranked(FidelityBackend& backend, const ScoreTask& task) {
    const auto scores = backend.score({.tasks = {task}});
    QR_CHECK(scores.ok() && !scores->tasks[0].fault);
    return rank(scores->tasks[0].values, 1, task.documents.rows, kTopN).front();
}

nlohmann::json greeting(FidelityBackend& backend, const std::map<std::size_t, Requests>& requests) {
    nlohmann::json rankings;
    for (const auto& [documents, some] : requests) {
        auto& ranking = rankings[std::to_string(documents)];
        for (const RankedDocument& document : ranked(backend, some.task(0)).documents)
            ranking.push_back({document.index, document.score});
    }
    return {{"versions", nlohmann::json::object()},
            {"blas", "none"},
            {"instruction_set", backend.capabilities().instruction_set},
            {"rankings", std::move(rankings)}};
}

int run(const Options& options) {
    const std::size_t most = std::ranges::max(options.documents);
    std::vector<float> vectors((1 + most) * options.dimension);
    std::ifstream file(options.vectors, std::ios::binary);
    if (!read_floats(file, vectors)) return complain("--vectors: too short, or cannot be read");
    const auto backend = make_backend("cpu", {.threads = options.threads});
    if (!backend.ok()) return complain(backend.error().message);
    std::map<std::size_t, Requests> requests;
    for (const std::size_t documents : options.documents)
        requests.try_emplace(documents, vectors, documents, options.dimension);
    std::cout << greeting(**backend, requests) << std::endl;
    const bool is_done =
        take_turns([&](std::size_t documents) { return requests.contains(documents); },
                   [&](std::size_t documents, double seconds) {
                       const Requests& some = requests.at(documents);
                       return median_us(kBlock, seconds, [&](std::size_t i) {
                           QR_CHECK(!ranked(**backend, some.task(i)).documents.empty());
                       });
                   });
    if (!is_done) return complain("input: allowed are one of --documents and 0..60 seconds");
    return 0;
}

}  // namespace
}  // namespace qr::perf

int main(int count, char** arguments) {
    qr::perf::Options options;
    CLI::App app{"Scores one request again and again; see scripts/peers.sh"};
    app.add_option("--vectors", options.vectors)->required()->check(CLI::ExistingFile);
    app.add_option("--dimension", options.dimension)->required()->check(CLI::Range(1, 65'536));
    app.add_option("--threads", options.threads)->required()->check(CLI::Range(1, 1'024));
    app.add_option("--documents", options.documents)->required()->check(CLI::Range(10, 10'000));
    CLI11_PARSE(app, count, arguments);
    return qr::perf::run(options);
}
