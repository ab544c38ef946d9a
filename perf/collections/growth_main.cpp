// How memory and time of a resident collection grow: with rows, dimension, k and queries.
//
//   qr_growth [--engine cpu] [--threads 1] [--repetitions 5] POINT...
//   qr_growth --version
//
// A POINT is ROWSxDIMENSION:SCAN:QUERIES:K. Points of one table in a row share it. Before a
// point is timed, its answer must be exact and the best row must be the one that was planted.
// Prints one JSON line a point.
#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/version.h"
#include "host/collection/engine/collection_engines.h"
#include "perf/collections/made_rows.h"

namespace qr::perf {
namespace {

constexpr std::size_t kChunkRows = 4096;
constexpr std::size_t kPlantedRow = 7;

struct Point {
    TableLayout layout;
    std::size_t rows = 0;
    std::size_t queries = 1;
    std::size_t k = 10;
};

struct Options {
    std::string engine = "cpu";
    std::size_t threads = 1;
    std::size_t repetitions = 5;
    std::vector<Point> points;
};

struct FilledTable {
    std::unique_ptr<Table> table;
    std::size_t rows = 0;
    double append_seconds = 0;
    std::size_t resident_bytes = 0;  // that the process grew by
};

[[noreturn]] void fail(const std::string& why) {
    std::cerr << "qr_growth: " << why << '\n';
    std::exit(2);
}

template <class T>
T value_of(Result<T> result) {
    if (!result.ok()) fail(result.error().message);
    return std::move(result).value();
}

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// CPU time of the process: what other programs on the machine do not change.
double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::size_t resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    std::size_t pages = 0, resident = 0;
    statm >> pages >> resident;
    return resident * 4096;
}

FilledTable fill(CollectionEngine& engine, const Point& point) {
    FilledTable filled{.rows = point.rows};
    filled.table = value_of(engine.make_table(point.layout));
    const std::size_t dimension = point.layout.dimension;
    std::vector<float> rows(kChunkRows * dimension);
    std::vector<std::uint64_t> numbers(kChunkRows);
    const MadeRows made(dimension);
    const std::size_t before = resident_bytes();
    for (std::size_t first = 0; first < point.rows; first += kChunkRows) {
        const std::size_t count = std::min(kChunkRows, point.rows - first);
        made.write(first, count, rows);
        for (std::size_t i = 0; i < count; ++i)
            numbers[i] = first + i;
        const auto start = std::chrono::steady_clock::now();
        value_of(filled.table->append(
            {.rows = {rows.data(), count, dimension}, .numbers = {numbers.data(), count}}));
        filled.append_seconds += seconds_since(start);
    }
    filled.resident_bytes = resident_bytes() - before;
    return filled;
}

// Query 0 is a row of the table, the others are of the same kind.
std::vector<float> queries_for(const Point& point) {
    const MadeRows made(point.layout.dimension);
    std::vector<float> queries(point.queries * point.layout.dimension);
    made.write(kPlantedRow, 1, queries);
    if (point.queries > 1) {
        made.write(point.rows + 1, point.queries - 1,
                   std::span(queries).subspan(point.layout.dimension));
    }
    return queries;
}

void check(const Point& point, const std::vector<SearchResult>& results) {
    for (const SearchResult& result : results) {
        if (!result.is_exact) fail("an answer is not proven exact");
        if (result.hits.size() != std::min(point.k, point.rows)) fail("hits are missing");
    }
    const Hit& best = results[0].hits[0];
    if (best.number != kPlantedRow || best.score != 1.0) fail("the planted row is not the best");
}

nlohmann::ordered_json measure(const CollectionEngine& engine, const FilledTable& filled,
                               const Point& point, std::size_t repetitions) {
    const std::shared_ptr<const TableView> view = filled.table->view();
    const std::vector<float> vectors = queries_for(point);
    const RowMask mask((view->slots() + 63) / 64, ~std::uint64_t{0});
    std::vector<SearchQuery> queries(point.queries);
    for (std::size_t i = 0; i < queries.size(); ++i) {
        queries[i].vector =
            std::span(vectors).subspan(i * point.layout.dimension, point.layout.dimension);
        queries[i].k = point.k;
        queries[i].mask = &mask;
    }
    double wall = 1e300, cpu = 1e300;
    std::vector<SearchResult> results;
    for (std::size_t i = 0; i <= repetitions; ++i) {  // the first warms up
        const double cpu_before = cpu_seconds();
        const auto start = std::chrono::steady_clock::now();
        results = value_of(view->search(queries));
        if (i == 0) {
            check(point, results);
            continue;
        }
        wall = std::min(wall, seconds_since(start));
        cpu = std::min(cpu, cpu_seconds() - cpu_before);
    }
    std::size_t rescored = 0, retries = 0;
    for (const SearchResult& result : results) {
        rescored += result.rescored;
        retries += result.retries;
    }
    const TableLayout& layout = filled.table->layout();
    return {{"engine", engine.name()},
            {"instruction_set", engine.capabilities().instruction_set},
            {"threads", engine.capabilities().threads},
            {"rows", point.rows},
            {"dimension", layout.dimension},
            {"storage", info(layout.storage).name},
            {"scan", info(*layout.scan).name},
            {"queries", point.queries},
            {"k", point.k},
            {"append_seconds", filled.append_seconds},
            {"bytes", filled.table->memory().bytes},
            {"bytes_per_row", filled.table->memory().bytes_per_row},
            {"resident_bytes", filled.resident_bytes},
            {"wall_seconds", wall},
            {"cpu_seconds", cpu},
            {"rescored", rescored},
            {"retries", retries},
            {"bound", results[0].bound}};
}

std::size_t number_of(std::string_view text) {
    std::size_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size() || value == 0)
        fail("found '" + std::string(text) + "', allowed: a number from 1");
    return value;
}

Point point_of(std::string_view text) {
    std::vector<std::string_view> parts;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find(':', at), text.size());
        parts.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    const std::size_t times = parts[0].find('x');
    if (parts.size() != 4 || times == std::string_view::npos)
        fail("found '" + std::string(text) + "', allowed: ROWSxDIMENSION:SCAN:QUERIES:K");
    Point point;
    point.rows = number_of(parts[0].substr(0, times));
    point.layout.dimension = number_of(parts[0].substr(times + 1));
    point.layout.scan = find_dtype(parts[1]);
    if (!point.layout.scan && parts[1] != "auto")
        fail("found scan '" + std::string(parts[1]) + "'");
    point.queries = number_of(parts[2]);
    point.k = number_of(parts[3]);
    return point;
}

Options options_of(int count, char** arguments) {
    Options options;
    for (int i = 1; i < count; ++i) {
        const std::string_view text = arguments[i];
        if (!text.starts_with("--")) {
            options.points.push_back(point_of(text));
            continue;
        }
        if (++i == count) fail("a value is missing behind " + std::string(text));
        if (text == "--engine") {
            options.engine = arguments[i];
        } else if (text == "--threads") {
            options.threads = number_of(arguments[i]);
        } else if (text == "--repetitions") {
            options.repetitions = number_of(arguments[i]);
        } else {
            fail("found '" + std::string(text) + "', allowed: --engine, --threads, --repetitions");
        }
    }
    if (options.points.empty()) fail("found no POINT");
    return options;
}

bool is_same_table(const Point& a, const Point& b) {
    return a.rows == b.rows && a.layout == b.layout;
}

int run(const Options& options) {
    const std::unique_ptr<CollectionEngine> engine =
        value_of(make_collection_engine(options.engine, EngineOptions{.threads = options.threads}));
    std::optional<FilledTable> filled;
    const Point* of_table = nullptr;
    for (const Point& point : options.points) {
        if (of_table == nullptr || !is_same_table(*of_table, point)) {
            filled.reset();
            filled = fill(*engine, point);
        }
        of_table = &point;
        std::cout << measure(*engine, *filled, point, options.repetitions).dump() << std::endl;
    }
    return 0;
}

}  // namespace
}  // namespace qr::perf

int main(int count, char** arguments) {
    if (count == 2 && std::string_view(arguments[1]) == "--version") {
        std::cout << "qr_growth " << qr::version() << " (commit " << qr::commit() << ", "
                  << qr::compiler() << ", " << qr::build_type() << ")\n";
        return 0;
    }
    return qr::perf::run(qr::perf::options_of(count, arguments));
}
