// Rows that join a table on a device: their truth, what is scanned of them, and how long they are.
#pragma once

#include <cuda_runtime_api.h>

#include "kernels/segments.h"
#include "kernels/storage.h"

namespace qr::device {

// What is scanned of a table's rows. Behind a segment's rows stands the length of each, as float32.
enum class ScanKind : unsigned char {
    unit_rows,  // rows of norm 1, rounded to the scan's type: a plane of its own
    same_rows,  // the truth itself, of any length, free of rounding
};

// No length of a row that a scan's float32 could follow: such a row is never left out of an answer
// by its estimate. Its length stands as infinity.
inline constexpr double kLengthMin = 0x1p-60;
inline constexpr double kLengthMax = 0x1p60;

// Of all rows that ever joined; only ever raised.
struct RowExtremes {
    float residual = 0;  // ||x - scanned(x)|| of the unit vector x, rounded up; 0 of same_rows
    float length = 0;    // of those that have one
};

// All pointers are device memory of the caller's.
struct IngestTask {
    const float* rows = nullptr;      // [row_count, dimension], dense, 4-byte aligned; not zero
    const unsigned* slots = nullptr;  // [row_count]: where each goes, none twice
    SegmentedRows truth;              // of the storage; unused for same_rows
    SegmentedRows scan;               // of the scan's type, lengths behind them
    RowExtremes* extremes = nullptr;
    unsigned row_count = 0;  // none succeeds
    unsigned dimension = 0;  // 1..math::kDimensionMax
    ScanKind kind = ScanKind::unit_rows;
};

// Numbers that the storage holds exactly are stored so. A unit row has the bits that encode() gives
// it. For same_rows `scan` is the storage's too.
cudaError_t ingest(const IngestTask& task, Storage storage, Storage scan, cudaStream_t stream);

// Bytes of a segment of `rows` rows of a scan.
constexpr std::size_t scan_segment_bytes(std::size_t rows, std::size_t row_bytes) {
    return rows * (row_bytes + sizeof(float));
}

}  // namespace qr::device
