// Searching a collection on the device: rows read a second, as a share of what a plain copy moves.
//
// The gate: the answers are those of the reference engine, on rows few enough for it; and every
// answer of the timed searches is proven.
#include <algorithm>
#include <bit>
#include <memory>
#include <nlohmann/json.hpp>

#include "host/collection/engine/reference/reference_engine.h"
#include "host/cuda/collection/cuda_engine.h"
#include "perf/host/cuda/bench.h"
#include "perf/kernels/fill.h"

namespace qr::perf {
namespace {

using nlohmann::ordered_json;

constexpr std::uint64_t kRowSeed = 21, kQuerySeed = 22;
constexpr std::size_t kBest = 10;
constexpr std::size_t kAppendedRows = 4096;  // at a time
constexpr double kCopyShareMin = 0.80;       // of what a search of one scan may take

std::vector<float> rows_of(std::uint64_t seed, std::size_t first, std::size_t count,
                           std::size_t dimension) {
    std::vector<float> rows(count * dimension);
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = component(seed, first * dimension + i);
    return rows;
}

std::unique_ptr<Table> filled(CollectionEngine& engine, std::size_t rows, std::size_t dimension) {
    auto table = engine.make_table({.dimension = dimension});
    if (!table.ok()) give_up(table.error().message);
    for (std::size_t first = 0; first < rows; first += kAppendedRows) {
        const std::size_t count = std::min(kAppendedRows, rows - first);
        const std::vector<float> values = rows_of(kRowSeed, first, count, dimension);
        std::vector<std::uint64_t> numbers(count);
        for (std::size_t i = 0; i < count; ++i)
            numbers[i] = first + i;
        const auto slots = (*table)->append({{values.data(), count, dimension}, numbers});
        if (!slots.ok()) give_up(slots.error().message);
    }
    return std::move(*table);
}

std::vector<SearchQuery> queries_of(const std::vector<float>& vectors, std::size_t dimension,
                                    const RowMask& mask) {
    std::vector<SearchQuery> queries;
    for (std::size_t begin = 0; begin < vectors.size(); begin += dimension)
        queries.push_back(
            {.vector = std::span(vectors).subspan(begin, dimension), .k = kBest, .mask = &mask});
    return queries;
}

std::vector<SearchResult> searched(const TableView& view, const std::vector<SearchQuery>& queries) {
    auto results = view.search(queries);
    if (!results.ok()) give_up(results.error().message);
    for (const SearchResult& result : *results) {
        if (!result.is_exact) give_up("a search of a collection was not proven");
    }
    return std::move(*results);
}

std::vector<std::uint64_t> words_of_hits(const std::vector<SearchResult>& results) {
    std::vector<std::uint64_t> words;
    for (const SearchResult& result : results) {
        for (const Hit& hit : result.hits) {
            words.push_back(hit.number);
            words.push_back(std::bit_cast<std::uint64_t>(hit.score));
        }
    }
    return words;
}

std::string pass_gate(Bench& bench, CollectionEngine& engine, std::size_t dimension) {
    const std::size_t rows = bench.plan.sizes.collection_checked_rows;
    const std::vector<float> vectors = rows_of(kQuerySeed, 0, 3, dimension);
    const RowMask mask((rows + 63) / 64, ~std::uint64_t{0});
    const auto queries = queries_of(vectors, dimension, mask);
    ReferenceEngine reference(0);
    const auto expected = filled(reference, rows, dimension);
    const auto found = filled(engine, rows, dimension);
    return bench.gate.pass("collections", words_of_hits(searched(*expected->view(), queries)),
                           words_of_hits(searched(*found->view(), queries)));
}

cuda::CollectionOptions options_of(const Plan& plan) {
    cuda::CollectionOptions options;
    if (!plan.cublas.empty()) options.cublas_file = plan.cublas;
    if (!plan.is_smoke) return options;
    options.cublas_file.clear();
    options.limits = {.queries = 8,
                      .query_numbers = 1024,
                      .tile_overlaps = 1024,
                      .survivors = 4096,
                      .listed = 1024,
                      .mask_bytes = 4096,
                      .first_tile_rows = 64};
    options.segments = {.first_bytes = 4096, .last_bytes = 65536};
    options.reserve_bytes = 1;
    return options;
}

ordered_json measure_one(Bench& bench, const TableView& view, const Shape& shape) {
    const std::vector<float> vectors = rows_of(kQuerySeed, 0, shape.queries, shape.dimension);
    const RowMask all((shape.documents + 63) / 64, ~std::uint64_t{0});
    const RowMask some((shape.documents + 63) / 64, 0x0040'0000'0410'0001);
    ordered_json json{{"queries", shape.queries}};
    for (const auto& [name, mask] : {std::pair("all", &all), std::pair("a_sixteenth", &some)}) {
        const auto queries = queries_of(vectors, shape.dimension, *mask);
        std::size_t retries = 0, rescored = 0;
        const Times times = time_calls(bench.plan.sizes.request, [&] {
            for (const SearchResult& result : searched(view, queries)) {
                retries += result.retries;
                rescored = result.rescored;
            }
        });
        const double bytes = 2.0 * static_cast<double>(shape.documents * shape.dimension);
        json[name] = times.json();
        json[name]["bytes_per_s"] = bytes / times.median();
        json[name]["of_copy"] = bytes / times.median() / bench.ceilings.copy_bytes;
        json[name]["rescored"] = rescored;
        json[name]["retries"] = retries;
    }
    return json;
}

}  // namespace

void measure_collections(Bench& bench) {
    auto engine = cuda::CudaEngine::make(options_of(bench.plan));
    if (!engine.ok()) give_up(engine.error().message);
    ordered_json json{
        {"hash", pass_gate(bench, **engine, bench.plan.sizes.collections[0].dimension)},
        {"shapes", ordered_json::array()}};
    double worst = 1;
    for (const Shape& largest : bench.plan.sizes.collections) {
        const auto table = filled(**engine, largest.documents, largest.dimension);
        const auto view = table->view();
        ordered_json shape{{"rows", largest.documents},
                           {"dimension", largest.dimension},
                           {"bytes", table->memory().bytes},
                           {"searches", ordered_json::array()}};
        for (std::size_t queries = 1; queries <= largest.queries; queries *= 8) {
            shape["searches"].push_back(
                measure_one(bench, *view, {queries, largest.documents, largest.dimension}));
            worst = std::min<double>(worst, shape["searches"].back()["all"]["of_copy"]);
        }
        json["shapes"].push_back(std::move(shape));
    }
    bench.report.add("collections", std::move(json));
    bench.report.bar("search of a collection, of the copy ceiling", worst, Limit::at_least,
                     kCopyShareMin);
}

}  // namespace qr::perf
