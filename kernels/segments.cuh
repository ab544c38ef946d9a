// Rows of a segmented table as kernels find them.
#pragma once

#include <cuda_runtime.h>

#include "kernels/segments.h"

namespace qr::device {

template <class Stored>
__device__ Stored* row_at(const SegmentedRows& rows, unsigned row) {
    const SegmentPlace place = place_of(rows.sizes, row);
    return reinterpret_cast<Stored*>(rows.segments[place.segment] + place.row * rows.row_bytes);
}

// Of a scan: the lengths stand behind the segment's rows.
__device__ inline float* length_at(const SegmentedRows& rows, unsigned row) {
    const SegmentPlace place = place_of(rows.sizes, row);
    std::byte* const behind =
        rows.segments[place.segment] + rows_of(rows.sizes, place.segment) * rows.row_bytes;
    return reinterpret_cast<float*>(behind) + place.row;
}

}  // namespace qr::device
