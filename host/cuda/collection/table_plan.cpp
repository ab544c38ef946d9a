#include "host/cuda/collection/table_plan.h"

#include <algorithm>
#include <bit>

#include "host/base/check.h"
#include "host/base/narrow.h"
#include "host/collection/engine/table_layout.h"

namespace qr::cuda {
namespace {

// A segment's rows fill whole words of a mask, and all that follows them is aligned.
constexpr unsigned kSegmentBitsMin = 5;

device::Storage storage_of(Dtype dtype) {
    QR_CHECK(dtype != Dtype::int8);
    return dtype == Dtype::float32   ? device::Storage::float32
           : dtype == Dtype::float16 ? device::Storage::float16
                                     : device::Storage::bfloat16;
}

// The most rows, a power of two, of a segment of at most so many bytes.
unsigned bits_for(std::size_t bytes, std::size_t row_bytes) {
    const std::size_t rows = std::max<std::size_t>(bytes / row_bytes, 1);
    const auto bits = static_cast<unsigned>(std::bit_width(rows)) - 1;
    return std::clamp(bits, kSegmentBitsMin, 31U);
}

PlanePlan plan_plane(std::size_t row_bytes, std::size_t tail_bytes, const SegmentLimits& limits) {
    const unsigned last = bits_for(limits.last_bytes, row_bytes + tail_bytes);
    const unsigned first = bits_for(limits.first_bytes, row_bytes + tail_bytes);
    return {.sizes = {.first_bits = std::min(first, last), .last_bits = last},
            .row_bytes = row_bytes,
            .tail_bytes = tail_bytes};
}

}  // namespace

SegmentLimits within(const SegmentLimits& limits, std::size_t memory_max) {
    constexpr std::size_t kFirsts = 64, kLasts = 16;
    return {.first_bytes = std::min(limits.first_bytes, memory_max / kFirsts),
            .last_bytes = std::min(limits.last_bytes, memory_max / kLasts)};
}

std::size_t PlanePlan::segments_for(std::size_t rows) const {
    if (rows == 0 || row_bytes == 0) return 0;
    return device::place_of(sizes, narrow<unsigned>(rows - 1)).segment + std::size_t{1};
}

std::size_t PlanePlan::segment_bytes(std::size_t segment) const {
    return device::rows_of(sizes, narrow<unsigned>(segment)) * (row_bytes + tail_bytes);
}

std::size_t PlanePlan::bytes_for(std::size_t rows) const {
    std::size_t bytes = 0;
    for (std::size_t segment = 0; segment < segments_for(rows); ++segment)
        bytes += segment_bytes(segment);
    return bytes;
}

std::size_t TablePlan::bytes_per_row() const {
    return scan.row_bytes + scan.tail_bytes + truth.row_bytes;
}

std::size_t TablePlan::bytes_for(std::size_t rows) const {
    return scan.bytes_for(rows) + truth.bytes_for(rows);
}

// Sixteen bits a number are scanned unless the caller wants all of float32: half the bytes, and the
// bound of float16 is mostly far below the distance between answers. What is stored in 16 bits is
// scanned as it is, so that it lies there once.
Result<TablePlan> plan_table(const TableLayout& layout, const SegmentLimits& limits) {
    if (auto checked = check_layout(layout); !checked.ok()) return checked.error();
    const Dtype scan =
        layout.scan.value_or(layout.storage == Dtype::float32 ? Dtype::float16 : layout.storage);
    if (scan == Dtype::int8) {
        return Error{.code = Code::invalid,
                     .message =
                         "scan: found int8, allowed on a CUDA device: float32, float16, "
                         "bfloat16",
                     .pointer = "scan",
                     .found = "int8",
                     .allowed = "float32, float16, bfloat16"};
    }
    TablePlan plan{
        .layout = layout,
        .storage = storage_of(layout.storage),
        .scan_type = storage_of(scan),
        .kind = scan == layout.storage ? device::ScanKind::same_rows : device::ScanKind::unit_rows};
    plan.layout.scan = scan;
    plan.scan =
        plan_plane(layout.dimension * device::bytes_of(plan.scan_type), sizeof(float), limits);
    if (plan.kind == device::ScanKind::unit_rows)
        plan.truth = plan_plane(layout.dimension * device::bytes_of(plan.storage), 0, limits);
    return plan;
}

}  // namespace qr::cuda
