// A search of the CPU engine beside its own roof: the same kernel over the same blocks, with
// thresholds that nothing passes and nothing done about what would.
//
// Before anything is timed, answers over the first rows must be those of the reference engine, to
// the bit. Search and roof are taken in turns, so that a change of clock or a noisy neighbour meets
// both; times are those of the thread's CPU, on one thread. `of_roof` is the median of the turns'
// ratios and `filtered`, where a filter lets one row in ten count, that of the filtered search to
// the roof of all rows: no more than the unfiltered search takes. A search without proof would do
// more than the roof does, so what the proof costs is less than 1 - of_roof.
// --benchmark_format=json hands the figures to a script.
#include <time.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "host/collection/engine/cpu/cpu_engine.h"
#include "host/collection/engine/cpu/cpu_view.h"
#include "host/collection/engine/reference/reference_engine.h"
#include "perf/gate.h"
#include "perf/micro.h"

namespace qr::perf {
namespace {

constexpr std::size_t kTopK = 10;
constexpr std::size_t kChunkRows = 1000;
constexpr std::size_t kGatedRows = 4000;

enum class Kind : std::uint8_t { gaussian, clustered };

struct Case {
    Kind kind = Kind::gaussian;
    std::size_t rows = 0;
    std::size_t dimension = 0;
    Dtype scan = Dtype::float32;
    friend bool operator==(const Case&, const Case&) = default;
};

// Clusters of a hundred rows each about a direction of their own.
void make_rows(const Case& wanted, std::mt19937_64& random, std::vector<float>& rows) {
    std::normal_distribution<float> component;
    std::vector<float> centre(wanted.dimension);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::size_t at = i % wanted.dimension;
        if (at == 0 && i / wanted.dimension % 100 == 0) {
            for (float& value : centre)
                value = wanted.kind == Kind::clustered ? 3 * component(random) : 0;
        }
        rows[i] = component(random) + centre[at];
    }
}

// A table of the CPU engine, and of the reference engine with its first rows.
struct Filled {
    Case what;
    cpu::CpuEngine engine{{.threads = 1}};
    ReferenceEngine reference{0};
    std::unique_ptr<Table> table, gated;
    std::vector<float> queries;
    RowMask every, tenth;
    std::string hash;

    std::vector<SearchQuery> ask(std::size_t count, const RowMask& mask) const {
        std::vector<SearchQuery> asked;
        for (std::size_t q = 0; q < count; ++q)
            asked.push_back(
                {.vector = std::span(queries).subspan(q * what.dimension, what.dimension),
                 .k = kTopK,
                 .mask = &mask});
        return asked;
    }
};

void append(Table& table, const Case& what, std::span<const float> rows, std::size_t first) {
    std::vector<std::uint64_t> numbers(rows.size() / what.dimension);
    for (std::size_t i = 0; i < numbers.size(); ++i)
        numbers[i] = first + i;
    const auto slots = table.append({{rows.data(), numbers.size(), what.dimension}, numbers});
    if (!slots.ok()) shut_gate("append", slots.error().message);
}

// Scores and numbers of every hit, in order.
std::vector<double> answers(const TableView& view, const std::vector<SearchQuery>& asked) {
    const auto results = view.search(asked);
    if (!results.ok()) shut_gate("search", results.error().message);
    std::vector<double> all;
    for (const SearchResult& result : *results) {
        for (const Hit& hit : result.hits) {
            all.push_back(static_cast<double>(hit.number));
            all.push_back(hit.score);
        }
    }
    return all;
}

void gate(Filled& filled) {
    const RowMask first(kGatedRows / 64, ~std::uint64_t{0});
    const auto asked = filled.ask(4, first);
    filled.hash = pass_gate<double>("search", answers(*filled.gated->view(), asked),
                                    answers(*filled.table->view(), asked));
}

std::unique_ptr<Filled> fill(const Case& what) {
    auto filled = std::make_unique<Filled>();
    filled->what = what;
    std::mt19937_64 random(7);
    filled->table = std::move(*filled->engine.make_table(
        {.dimension = what.dimension, .storage = Dtype::float32, .scan = what.scan}));
    filled->gated = std::move(*filled->reference.make_table({.dimension = what.dimension}));
    std::vector<float> rows(kChunkRows * what.dimension);
    for (std::size_t first = 0; first < what.rows; first += kChunkRows) {
        make_rows(what, random, rows);
        append(*filled->table, what, rows, first);
        if (first < kGatedRows) append(*filled->gated, what, rows, first);
        if (first == 0)  // queries near some of the first rows
            filled->queries.assign(rows.begin(),
                                   rows.begin() + static_cast<std::ptrdiff_t>(64 * what.dimension));
    }
    std::normal_distribution<float> component;
    for (float& value : filled->queries)
        value += component(random);
    filled->every.assign((what.rows + 63) / 64, ~std::uint64_t{0});
    filled->tenth = filled->every;
    for (std::uint64_t& word : filled->tenth) {
        for (std::uint64_t bit = 0; bit < 64; ++bit) {
            if (random() % 10 != 0) word &= ~(std::uint64_t{1} << bit);
        }
    }
    gate(*filled);
    return filled;
}

// Benchmarks of one table stand together; it is made when the first of them runs.
const Filled& filled_for(const Case& what) {
    static std::unique_ptr<Filled> last;
    if (last == nullptr || !(last->what == what)) {
        last.reset();
        last = fill(what);
    }
    return *last;
}

double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

template <class Call>
double seconds_of(const Call& call) {
    const double start = cpu_seconds();
    call();
    return cpu_seconds() - start;
}

// What nothing but the kernel takes.
class Roof {
  public:
    Roof(const Filled& filled, const std::vector<SearchQuery>& asked)
        : view_(std::static_pointer_cast<const cpu::CpuView>(filled.table->view())),
          kernel_(cpu::best_scan_kernel(filled.what.scan)),
          dimension_(filled.what.dimension),
          queries_(asked.size()) {
        for (std::size_t i = 0; i < asked.size(); ++i) {
            queries_[i].asked = &asked[i];
            queries_[i].norm2 = 1;
        }
        tiles_ = std::make_unique<cpu::QueryTiles>(kernel_, dimension_, queries_);
        nothing_.fill(std::numeric_limits<float>::infinity());
    }
    void run() {
        const cpu::Directory& blocks = view_->directory();
        for (std::size_t b = 0; b < blocks.blocks(); ++b) {
            std::span<const std::byte> upcoming;
            if (b + 1 < blocks.blocks())
                upcoming = {blocks[b + 1].plane(), cpu::scan_plane_bytes(kernel_.type, dimension_)};
            const std::size_t count = tiles_->tiles().size();
            for (std::size_t t = 0; t < count; ++t) {
                const cpu::QueryTile& tile = tiles_->tiles()[t];
                kernel_.scan({.plane = blocks[b].plane(),
                              .upcoming = cpu::share_of(upcoming, t, count),
                              .weights = blocks[b].head().weights[0],
                              .mask = ~std::uint32_t{0},
                              .dimension = dimension_},
                             {.queries = tile.packed,
                              .count = tile.queries.size(),
                              .thresholds = nothing_.data(),
                              .passing = tile.passing},
                             hits_);
                benchmark::DoNotOptimize(hits_);
            }
        }
    }

  private:
    const std::shared_ptr<const cpu::CpuView> view_;
    const cpu::ScanKernel& kernel_;
    const std::size_t dimension_;
    std::vector<cpu::PassQuery> queries_;
    std::unique_ptr<cpu::QueryTiles> tiles_;
    std::array<float, cpu::kScanQueriesMax> nothing_;
    cpu::ScanHits hits_;
};

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

void search(benchmark::State& state, const Case& what, std::size_t queries) {
    const Filled& filled = filled_for(what);
    const auto view = filled.table->view();
    const auto asked = filled.ask(queries, filled.every);
    const auto filtered = filled.ask(queries, filled.tenth);
    Roof roof(filled, asked);
    std::vector<double> search_s, roof_s, of_roof, filtered_ratio;
    SearchResult last;
    for (auto _ : state) {
        roof_s.push_back(seconds_of([&] { roof.run(); }));
        search_s.push_back(seconds_of([&] { last = view->search(asked)->back(); }));
        const double filtered_s =
            seconds_of([&] { benchmark::DoNotOptimize(view->search(filtered)); });
        of_roof.push_back(roof_s.back() / search_s.back());
        filtered_ratio.push_back(filtered_s / search_s.back());
    }
    const double sums = static_cast<double>(what.rows * what.dimension * queries);
    state.counters["search_ms"] = median(search_s) * 1e3;
    state.counters["roof_ms"] = median(roof_s) * 1e3;
    state.counters["of_roof"] = median(of_roof);
    state.counters["filtered"] = median(filtered_ratio);
    state.counters["gflops"] = 2e-9 * sums / median(search_s);
    state.counters["rescored"] = static_cast<double>(last.rescored);
    state.counters["retries"] = static_cast<double>(last.retries);
    state.SetLabel("hash=" + filled.hash + ", " +
                   std::string(cpu::best_scan_kernel(what.scan).name));
}

void add(const Case& what, std::size_t queries, Sizes sizes) {
    const std::string name =
        std::string("BM_Search/") + (what.kind == Kind::gaussian ? "gaussian" : "clustered") +
        "/d:" + std::to_string(what.dimension) + "/scan:" + std::string(info(what.scan).name) +
        "/q:" + std::to_string(queries);
    benchmark::RegisterBenchmark(name.c_str(),
                                 [=](benchmark::State& state) { search(state, what, queries); })
        ->Iterations(sizes == Sizes::smoke ? 1 : 15)
        ->Unit(benchmark::kMillisecond);
}

void prepare(Sizes sizes) {
    const bool is_smoke = sizes == Sizes::smoke;
    for (const Kind kind : {Kind::gaussian, Kind::clustered}) {
        for (const std::size_t dimension : {768U, 1024U, 384U, 1536U}) {
            if (is_smoke && dimension != 384) continue;
            for (const DtypeInfo& scan : kDtypes) {
                for (const std::size_t queries : {1U, 4U, 16U, 64U})
                    add({kind, is_smoke ? kGatedRows : 100'000, dimension, scan.dtype}, queries,
                        sizes);
            }
        }
    }
}

}  // namespace
}  // namespace qr::perf

int main(int argc, char** argv) {
    return qr::perf::run_benchmarks(argc, argv, qr::perf::prepare);
}
