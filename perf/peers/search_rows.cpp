// Our side of the comparison of searches: fills a table of the collection engine with rows, and
// searches it again and again when told to.
//
// Speaks as search_worker.py does: a first line of JSON with the rankings of all queries, then for
// each line `QUERIES SECONDS` of its input the median time of a search by the first QUERIES.
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "host/collection/engine/collection_engines.h"
#include "perf/peers/turns.h"

namespace qr::perf {
namespace {

constexpr std::size_t kChunkRows = 4096;

struct Options {
    std::string rows_file, queries_file;  // float32, row after row
    std::size_t dimension = 0;
    std::size_t rows = 0;
    std::size_t queries = 0;
    std::size_t k = 0;
    std::size_t threads = 1;
    std::string scan;
};

[[noreturn]] void fail(const std::string& why) {
    std::cerr << "search_rows: " << why << '\n';
    std::exit(1);
}

template <class T>
T value_of(Result<T> result) {
    if (!result.ok()) fail(result.error().message);
    return std::move(result).value();
}

void read(std::ifstream& file, std::span<float> floats) {
    if (!read_floats(file, floats)) fail("a file is too short, or cannot be read");
}

std::unique_ptr<Table> filled(CollectionEngine& engine, const Options& options) {
    const std::optional<Dtype> scan = find_dtype(options.scan);
    auto table = value_of(engine.make_table({.dimension = options.dimension, .scan = scan}));
    std::ifstream file(options.rows_file, std::ios::binary);
    std::vector<float> rows(kChunkRows * options.dimension);
    std::vector<std::uint64_t> numbers(kChunkRows);
    for (std::size_t first = 0; first < options.rows; first += kChunkRows) {
        const std::size_t count = std::min(kChunkRows, options.rows - first);
        read(file, std::span(rows).first(count * options.dimension));
        std::iota(numbers.begin(), numbers.end(), first);
        value_of(table->append({.rows = {rows.data(), count, options.dimension},
                                .numbers = std::span(numbers).first(count)}));
    }
    return table;
}

// The queries of the file, as searches of all rows.
class Searches {
  public:
    Searches(const TableView& view, const Options& options)
        : vectors_(options.queries * options.dimension),
          mask_((view.slots() + 63) / 64, ~std::uint64_t{0}) {
        std::ifstream file(options.queries_file, std::ios::binary);
        read(file, vectors_);
        for (std::size_t i = 0; i < options.queries; ++i) {
            queries_.push_back(
                {.vector = std::span(vectors_).subspan(i * options.dimension, options.dimension),
                 .k = options.k,
                 .method = scoring::Method::cosine,
                 .mask = &mask_});
        }
    }
    std::span<const SearchQuery> first(std::size_t count) const {
        return std::span(queries_).first(count);
    }

  private:
    std::vector<float> vectors_;
    RowMask mask_;
    std::vector<SearchQuery> queries_;
};

std::vector<SearchResult> search(const TableView& view, std::span<const SearchQuery> queries) {
    auto results = value_of(view.search(queries));
    for (const SearchResult& result : results)
        if (!result.is_exact) fail("an answer is not proven exact");
    return results;
}

nlohmann::json greeting(const CollectionEngine& engine, const Table& table, const TableView& view,
                        std::span<const SearchQuery> queries) {
    auto rankings = nlohmann::json::array();
    std::size_t rescored = 0;
    for (const SearchResult& result : search(view, queries)) {
        auto& ranking = rankings.emplace_back(nlohmann::json::array());
        for (const Hit& hit : result.hits)
            ranking.push_back({hit.number, hit.score});
        rescored += result.rescored;
    }
    return {{"versions", nlohmann::json::object()},
            {"blas", "none"},
            {"instruction_set", engine.capabilities().instruction_set},
            {"scan", info(*table.layout().scan).name},
            {"rescored", static_cast<double>(rescored) / static_cast<double>(queries.size())},
            {"rankings", std::move(rankings)}};
}

int run(const Options& options) {
    const auto engine = value_of(make_collection_engine("cpu", {.threads = options.threads}));
    const std::unique_ptr<Table> table = filled(*engine, options);
    const std::shared_ptr<const TableView> view = table->view();
    const Searches searches(*view, options);
    std::cout << greeting(*engine, *table, *view, searches.first(options.queries)) << std::endl;
    const bool is_done = take_turns(
        [&](std::size_t queries) { return queries >= 1 && queries <= options.queries; },
        [&](std::size_t queries, double seconds) {
            return median_us(1, seconds,
                             [&](std::size_t) { search(*view, searches.first(queries)); });
        });
    if (!is_done) fail("input: allowed are 1..--queries and 0..60 seconds");
    return 0;
}

}  // namespace
}  // namespace qr::perf

int main(int count, char** arguments) {
    qr::perf::Options options;
    CLI::App app{"Searches rows again and again; see scripts/peers.sh"};
    app.add_option("--rows-file", options.rows_file)->required()->check(CLI::ExistingFile);
    app.add_option("--queries-file", options.queries_file)->required()->check(CLI::ExistingFile);
    app.add_option("--dimension", options.dimension)->required()->check(CLI::Range(1, 65'536));
    app.add_option("--rows", options.rows)->required()->check(CLI::Range(1, 10'000'000));
    app.add_option("--queries", options.queries)->required()->check(CLI::Range(1, 1'024));
    app.add_option("--k", options.k)->required()->check(CLI::Range(1, 16'384));
    app.add_option("--threads", options.threads)->required()->check(CLI::Range(1, 1'024));
    app.add_option("--scan", options.scan)
        ->required()
        ->check(CLI::IsMember({"auto", "float32", "float16", "bfloat16", "int8"}));
    CLI11_PARSE(app, count, arguments);
    return qr::perf::run(options);
}
