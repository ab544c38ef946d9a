#include "server/cli/scan_plan.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <random>
#include <vector>

#include "host/base/narrow.h"

namespace qr::cli {
namespace {

constexpr std::size_t kChunkRows = 1024;
constexpr int kRepetitions = 3;
constexpr std::size_t kPlantedRow = 0;

// Data sheets of the SXM or PCIe cards, dense rates.
constexpr std::array<DeviceSheet, 6> kSheets = {{
    {"nvidia-h200", 141e9, 4.8e12, 494.5e12},
    {"nvidia-h100", 80e9, 3.35e12, 494.5e12},
    {"nvidia-a100-80", 80e9, 2.039e12, 156e12},
    {"nvidia-l40s", 48e9, 0.864e12, 181e12},
    {"nvidia-l4", 24e9, 0.3e12, 60.5e12},
    {"nvidia-t4", 16e9, 0.32e12, 32.5e12},
}};

// Beside a row's numbers: insertion number, norm and residual.
constexpr std::size_t kDeviceRowBytes = 16;

class RandomRows {
  public:
    explicit RandomRows(std::size_t dimension) : dimension_(dimension) {}

    // Whole numbers of few bits: every storage type holds them.
    std::vector<float> next(std::size_t rows) {
        std::vector<float> numbers(rows * dimension_);
        for (float& number : numbers)
            number = static_cast<float>(static_cast<int>(random_() & 127U) - 63);
        for (std::size_t row = 0; row < rows; ++row)
            numbers[row * dimension_] = 64;  // none is zero
        return numbers;
    }

  private:
    const std::size_t dimension_;
    std::minstd_rand random_{1};
};

struct Sample {
    std::shared_ptr<const TableView> view;
    std::vector<float> queries;  // the first is row 0
    RowMask mask;
};

Result<Sample> fill(Table& table, std::size_t rows, std::size_t queries) {
    const std::size_t dimension = table.layout().dimension;
    RandomRows random(dimension);
    Sample sample;
    for (std::size_t first = 0; first < rows; first += kChunkRows) {
        const std::size_t count = std::min(kChunkRows, rows - first);
        const std::vector<float> numbers = random.next(count);
        if (first == 0)
            sample.queries.assign(numbers.begin(),
                                  numbers.begin() + narrow<std::ptrdiff_t>(dimension));
        std::vector<std::uint64_t> order(count);
        for (std::size_t i = 0; i < count; ++i)
            order[i] = first + i;
        auto placed = table.append({.rows = {numbers.data(), count, dimension}, .numbers = order});
        if (!placed.ok()) return placed.error();
    }
    const std::vector<float> others = random.next(queries - 1);
    sample.queries.insert(sample.queries.end(), others.begin(), others.end());
    sample.view = table.view();
    sample.mask.assign((sample.view->slots() + 63) / 64, ~std::uint64_t{0});
    return sample;
}

// The least of some times, in seconds.
Result<double> time_of(const Sample& sample, std::size_t queries, std::size_t dimension,
                       std::size_t k) {
    std::vector<SearchQuery> asked(queries);
    for (std::size_t i = 0; i < queries; ++i) {
        asked[i].vector = std::span(sample.queries).subspan(i * dimension, dimension);
        asked[i].k = k;
        asked[i].mask = &sample.mask;
    }
    double least = 0;
    for (int i = 0; i <= kRepetitions; ++i) {  // the first warms up
        const auto start = std::chrono::steady_clock::now();
        const auto results = sample.view->search(asked);
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        if (!results.ok()) return results.error();
        const std::vector<Hit>& hits = results->front().hits;
        if (hits.empty() || hits[0].number != kPlantedRow)
            return Error{.code = Code::internal, .message = "a row does not find itself"};
        if (i == 1 || (i > 1 && taken.count() < least)) least = taken.count();
    }
    return least;
}

std::string where_of(const CollectionEngine& engine) {
    const EngineCapabilities can = engine.capabilities();
    return std::string(engine.name()) + ": " + can.instruction_set + ", " +
           std::to_string(can.threads) + (can.threads == 1 ? " thread" : " threads");
}

}  // namespace

Result<ScanPlan> measure_plan(CollectionEngine& engine, const PlanQuestion& question) {
    const Result<std::unique_ptr<Table>> table = engine.make_table(question.layout);
    if (!table.ok()) return table.error();
    ScanPlan plan{.where = where_of(engine), .is_measured = true, .layout = (*table)->layout()};
    plan.bytes_per_row = (*table)->memory().bytes_per_row;
    plan.sample_rows =
        std::clamp<std::size_t>(kSampleBytesMax / plan.bytes_per_row, 1, question.rows);
    const Result<Sample> sample = fill(**table, plan.sample_rows, question.queries);
    if (!sample.ok()) return sample.error();
    const double whole = static_cast<double>(question.rows) / static_cast<double>(plan.sample_rows);
    const std::size_t dimension = question.layout.dimension;
    for (const auto& [queries, seconds] : {std::pair{std::size_t{1}, &plan.one_query_seconds},
                                           std::pair{question.queries, &plan.pass_seconds}}) {
        const Result<double> taken = time_of(*sample, queries, dimension, question.k);
        if (!taken.ok()) return taken.error();
        *seconds = *taken * whole;
    }
    return plan;
}

std::span<const DeviceSheet> device_sheets() {
    return kSheets;
}

ScanPlan sheet_plan(const DeviceSheet& sheet, const PlanQuestion& question) {
    ScanPlan plan{.where = std::string(sheet.name), .layout = question.layout};
    TableLayout& layout = plan.layout;
    if (!layout.scan)
        layout.scan = layout.storage == Dtype::bfloat16 ? Dtype::bfloat16 : Dtype::float16;
    const std::size_t scanned = layout.dimension * info(*layout.scan).width;
    const std::size_t stored =
        *layout.scan == layout.storage ? 0 : layout.dimension * info(layout.storage).width;
    plan.bytes_per_row = scanned + stored + kDeviceRowBytes;
    plan.capacity_bytes = sheet.memory_bytes;
    const double rows = static_cast<double>(question.rows);
    const double read = rows * static_cast<double>(scanned) / sheet.read_bytes_per_second;
    const double products = rows * static_cast<double>(layout.dimension);
    const auto seconds = [&](std::size_t queries) {
        return std::max(read,
                        products * static_cast<double>(queries) / sheet.multiply_adds_per_second);
    };
    plan.one_query_seconds = seconds(1);
    plan.pass_seconds = seconds(question.queries);
    return plan;
}

}  // namespace qr::cli
