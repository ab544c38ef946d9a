// Where the rows of a table lie that grows without being copied: in segments of device memory, each
// a power of two of rows. The first ones double the table, so that a small one stays small; from
// some size on all are equally large.
#pragma once

#include <cstddef>

#include "kernels/math/hd.h"

namespace qr::device {

struct SegmentPlace {
    unsigned segment = 0;
    unsigned row = 0;  // of the segment
    friend bool operator==(const SegmentPlace&, const SegmentPlace&) = default;
};

// The first segment has 2^first_bits rows, as many as the second; then they double, until from row
// 2^last_bits on each has 2^last_bits.
struct SegmentSizes {
    unsigned first_bits = 0;
    unsigned last_bits = 0;  // at least first_bits, at most 31
    friend bool operator==(const SegmentSizes&, const SegmentSizes&) = default;
};

QR_HD constexpr SegmentPlace place_of(const SegmentSizes& sizes, unsigned row) {
    if (const unsigned large = row >> sizes.last_bits; large != 0)
        return {sizes.last_bits - sizes.first_bits + large, row & ((1U << sizes.last_bits) - 1)};
    unsigned segment = 0;
    for (unsigned units = row >> sizes.first_bits; units != 0; units >>= 1)
        ++segment;
    return {segment, segment == 0 ? row : row - (1U << (sizes.first_bits + segment - 1))};
}

QR_HD constexpr std::size_t rows_of(const SegmentSizes& sizes, unsigned segment) {
    const unsigned doublings = sizes.last_bits - sizes.first_bits;
    const unsigned bits =
        segment > doublings ? sizes.last_bits : sizes.first_bits + (segment == 0 ? 0 : segment - 1);
    return std::size_t{1} << bits;
}

QR_HD constexpr std::size_t first_row_of(const SegmentSizes& sizes, unsigned segment) {
    const unsigned doublings = sizes.last_bits - sizes.first_bits;
    if (segment > doublings) return std::size_t{segment - doublings} << sizes.last_bits;
    return segment == 0 ? 0 : std::size_t{1} << (sizes.first_bits + segment - 1);
}

// Rows of `row_bytes` each, dense in their segment, whose beginnings stand in device memory: a
// table that grows adds to that list, and what a kernel was told stays true.
struct SegmentedRows {
    std::byte* const* segments = nullptr;  // in device memory; 256-byte aligned each
    SegmentSizes sizes = {};
    std::size_t row_bytes = 0;
};

}  // namespace qr::device
