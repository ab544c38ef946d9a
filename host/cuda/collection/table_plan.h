// How a table lies in device memory, and how many bytes that takes.
//
// Pure: what the table itself allocates by, and what a planner may ask beforehand. What is scanned
// of a row and what is true of it lie in segments (kernels/segments.h): a plane each, or one plane
// where the type that is scanned is the type that is stored.
#pragma once

#include <cstddef>

#include "host/base/error.h"
#include "host/collection/engine/collection_engine.h"
#include "kernels/ingest.h"
#include "kernels/segments.h"
#include "kernels/storage.h"

namespace qr::cuda {

struct SegmentLimits {
    // A segment takes at most so many bytes, unless 32 rows take more. Smaller first segments spare
    // small tables memory and cost one launch for each doubling.
    std::size_t first_bytes = std::size_t{4} << 20;
    std::size_t last_bytes = std::size_t{256} << 20;
};

// The same where all tables together may have no more than so many bytes: none of them strands
// much.
SegmentLimits within(const SegmentLimits& limits, std::size_t memory_max);

// 0 bytes a row: there is no such plane.
struct PlanePlan {
    device::SegmentSizes sizes;
    std::size_t row_bytes = 0;   // of the row itself, dense
    std::size_t tail_bytes = 0;  // a row, behind the segment's rows

    std::size_t segments_for(std::size_t rows) const;
    std::size_t segment_bytes(std::size_t segment) const;
    std::size_t bytes_for(std::size_t rows) const;
};

struct TablePlan {
    TableLayout layout;  // with the scan that is chosen
    device::Storage storage = device::Storage::float32;
    device::Storage scan_type = device::Storage::float16;
    device::ScanKind kind = device::ScanKind::unit_rows;
    PlanePlan scan, truth;

    std::size_t bytes_per_row() const;
    std::size_t bytes_for(std::size_t rows) const;  // of device memory, whole segments
};

// Errors: as check_layout(); `invalid` with "scan": int8.
Result<TablePlan> plan_table(const TableLayout& layout, const SegmentLimits& limits);

}  // namespace qr::cuda
