// A table's rows on the device at one moment, as lanes read them.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "host/cuda/collection/table_plan.h"
#include "kernels/ingest.h"
#include "kernels/segments.h"

namespace qr::cuda {

struct RowsOnDevice {
    TablePlan plan;
    device::SegmentedRows scan, truth;                      // the same, where there is one plane
    std::vector<std::byte*> scan_segments, truth_segments;  // addresses, in the host's memory
    device::RowExtremes extremes;
    std::size_t slots = 0;
    std::shared_ptr<const RowMask> in_use;  // slots of rows that were not released; words for all

    std::size_t dimension() const { return plan.layout.dimension; }
};

}  // namespace qr::cuda
