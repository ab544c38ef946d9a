// Our side of the in-process comparison: scores one request again and again, when told to.
//
// Speaks as worker.py does, so that one driver takes both in turns: a first line of JSON with the
// rankings, then for each line `N SECONDS` of its input the median time of a request of N
// documents. A request here is what the server does behind parsing: exact scores, then the ranking.
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "host/backend/backends.h"
#include "host/base/narrow.h"
#include "host/rerank/reranker.h"

namespace qr::perf {
namespace {

constexpr std::size_t kTopN = 10;
constexpr std::size_t kBuffers = 4;  // as worker.py: vectors that were read a moment ago
constexpr std::size_t kBlock = 16;   // requests timed at a stretch
constexpr double kSecondsMax = 60;

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

std::vector<float> read_floats(const std::string& path, std::size_t count) {
    std::vector<float> floats(count);
    std::ifstream file(path, std::ios::binary);
    file.read(reinterpret_cast<char*>(floats.data()),
              narrow<std::streamsize>(count * sizeof(float)));
    if (!file) floats.clear();
    return floats;
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

double median_us(FidelityBackend& backend, const Requests& requests, double seconds) {
    using Clock = std::chrono::steady_clock;
    const auto deadline = Clock::now() + std::chrono::duration<double>(seconds);
    std::vector<double> samples;
    do {
        const auto start = Clock::now();
        for (std::size_t i = 0; i < kBlock; ++i)
            QR_CHECK(!ranked(backend, requests.task(i)).documents.empty());
        const std::chrono::duration<double, std::micro> elapsed = Clock::now() - start;
        samples.push_back(elapsed.count() / kBlock);
    } while (Clock::now() < deadline);
    const auto middle = samples.begin() + narrow<std::ptrdiff_t>(samples.size() / 2);
    std::nth_element(samples.begin(), middle, samples.end());
    return *middle;
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
    const auto vectors = read_floats(options.vectors, (1 + most) * options.dimension);
    if (vectors.empty()) return complain("--vectors: too short, or cannot be read");
    const auto backend = make_backend("cpu", {.threads = options.threads});
    if (!backend.ok()) return complain(backend.error().message);
    std::map<std::size_t, Requests> requests;
    for (const std::size_t documents : options.documents)
        requests.try_emplace(documents, vectors, documents, options.dimension);
    std::cout << greeting(**backend, requests) << std::endl;
    std::size_t documents = 0;
    double seconds = 0;
    while (std::cin >> documents >> seconds) {
        const auto found = requests.find(documents);
        if (found == requests.end() || !(seconds >= 0 && seconds <= kSecondsMax))
            return complain("input: allowed are one of --documents and 0..60 seconds");
        std::cout << nlohmann::json{{"us", median_us(**backend, found->second, seconds)}}
                  << std::endl;
    }
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
