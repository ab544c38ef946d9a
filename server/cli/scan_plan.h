// What a resident collection of some size would take: memory, and the time of a scan.
//
// On this machine both are measured, on a sample that is as large as a scan needs to be bound by
// memory as the whole would be; on a device that is not here they are bounded by its data sheet.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "host/base/error.h"
#include "host/collection/engine/collection_engine.h"

namespace qr::cli {

struct PlanQuestion {
    std::size_t rows = 1'000'000;
    TableLayout layout;                       // the scan may be left open
    std::size_t queries = kSearchQueriesMax;  // of one pass, beside the one of a single query
    std::size_t k = 10;
};

struct ScanPlan {
    std::string where;  // "cpu: avx2, 2 threads"
    bool is_measured = false;
    TableLayout layout;  // with its scan
    std::size_t bytes_per_row = 0;
    std::size_t sample_rows = 0;           // that were searched; 0: none
    double one_query_seconds = 0;          // of all rows
    double pass_seconds = 0;               // `queries` together
    std::optional<double> capacity_bytes;  // of the memory they would lie in

    double bytes(std::size_t rows) const {
        return static_cast<double>(bytes_per_row) * static_cast<double>(rows);
    }
};

// Bytes of the sample's table at most: some times the largest caches.
inline constexpr std::size_t kSampleBytesMax = std::size_t{256} << 20;

// Fills a table with random rows and searches it. Errors: the engine's; `internal`, an answer that
// is not what it should be.
Result<ScanPlan> measure_plan(CollectionEngine& engine, const PlanQuestion& question);

// Peaks that a maker states.
struct DeviceSheet {
    std::string_view name;  // as --device takes it
    double memory_bytes;
    double read_bytes_per_second;
    double multiply_adds_per_second;  // of 16-bit floats on tensor cores, dense
};
std::span<const DeviceSheet> device_sheets();

// No scan on it can be faster. What lies there: the scanned plane, and the stored rows where they
// are of another type.
ScanPlan sheet_plan(const DeviceSheet& sheet, const PlanQuestion& question);

}  // namespace qr::cli
